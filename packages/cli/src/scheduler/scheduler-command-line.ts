import { resolve } from "node:path";
import { Command, Option } from "commander";
import { portNumber } from "../start/start-command-line";
import { accessOptions, readAccess, type RawAccess } from "./access-command-line";
import type { SchedulerOptions, StoreOptions } from "./scheduler-options";

interface RawOptions extends RawAccess {
  readonly port: number;
  readonly address: string;
  readonly hubs: string;
  readonly dynamicHubs?: boolean | string;
  readonly dataDir: string;
  readonly storage: "embedded" | "mssql";
  readonly connectionString?: string;
  readonly connectionStringSetting: string;
  readonly statusPort: number;
  readonly status: boolean;
  readonly verbose?: boolean;
}

const EXAMPLES = `
Examples:
  $ durable-host scheduler                          Endpoint=http://localhost:8080;TaskHub=default;Authentication=None
  $ durable-host scheduler --hubs orders,billing --data-dir /var/lib/scheduler
  $ durable-host scheduler --storage mssql --address 0.0.0.0 --token-file tokens.txt

More: docs/scheduler.md.`;

/** The command `durable-host scheduler`. */
export function schedulerCommandLine(
  run: (options: SchedulerOptions) => Promise<void>,
  workingDirectory: string,
): Command {
  const command = new Command("scheduler")
    .description("run task hubs for apps that use the Durable Task SDKs")
    .option("-p, --port <port>", "port of the gRPC endpoint", portNumber, 8080)
    .option("--address <address>", "address to listen on", "localhost")
    .addOption(new Option("--hubs <names>", "task hubs: a comma list").env("DTS_TASK_HUB_NAMES").default("default"))
    .addOption(
      new Option("--dynamic-hubs [on]", "open any other task hub when it is first used").env(
        "DTS_USE_DYNAMIC_TASK_HUBS",
      ),
    )
    .option("--data-dir <dir>", "folder of the embedded stores, a file for each task hub", ".durable")
    .addOption(new Option("--storage <kind>", "store").choices(["embedded", "mssql"]).default("embedded"))
    .addOption(
      new Option("--connection-string <text>", "of the database, for --storage mssql").conflicts(
        "connectionStringSetting",
      ),
    )
    .option("--connection-string-setting <name>", "environment variable that holds it", "SQLDB_Connection")
    .option("--status-port <port>", "port of the HTTP endpoint that says whether it is ready", portNumber, 8081)
    .option("--no-status", "no such endpoint");
  for (const option of accessOptions()) command.addOption(option);
  return command
    .option("--verbose", "print what the scheduler does")
    .addHelpText("after", EXAMPLES)
    .exitOverride()
    .action((raw: RawOptions) => run(schedulerOptions(raw, workingDirectory)));
}

function schedulerOptions(raw: RawOptions, workingDirectory: string): SchedulerOptions {
  return {
    port: raw.port,
    address: raw.address,
    hubs: raw.hubs
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
    dynamicHubs: raw.dynamicHubs === true || /^(?:true|1)$/i.test(String(raw.dynamicHubs ?? "")),
    store: storeOptions(raw, workingDirectory),
    statusPort: raw.status ? raw.statusPort : undefined,
    access: readAccess(raw, workingDirectory),
    verbose: raw.verbose ?? false,
  };
}

function storeOptions(raw: RawOptions, workingDirectory: string): StoreOptions {
  if (raw.storage === "embedded") return { type: "embedded", dataDir: resolve(workingDirectory, raw.dataDir) };
  return { type: "mssql", connectionString: raw.connectionString, setting: raw.connectionStringSetting };
}

import { resolve } from "node:path";
import { Command, Option } from "commander";
import { SCRIPT_ROOT } from "../start/start-options";
import { init } from "./commands/init";
import { script } from "./commands/script";
import { status } from "./commands/status";
import { upgrade } from "./commands/upgrade";
import type { StorageRequest } from "./run-storage";
import type { StorageCommand } from "./storage-command";

/** Runs a storage command that was understood. */
export type RunStorage = (request: StorageRequest) => Promise<void>;

interface RawOptions {
  readonly connectionString?: string;
  readonly connectionStringSetting?: string;
  readonly schema?: string;
  readonly scriptRoot?: string;
  readonly createDatabase?: boolean;
  readonly json?: boolean;
}

const COMMANDS: readonly StorageCommand[] = [init, status, upgrade, script];

const EXAMPLES = `
Examples:
  $ durable-host storage status                       the database of the app in this folder
  $ durable-host storage init --create-database
  $ durable-host storage script --schema shop > shop.sql
  $ durable-host storage upgrade --connection-string "Server=...;Database=...;..."

More: docs/storage-mssql.md.`;

/** The command `durable-host storage` with its sub-commands. */
export function storageCommandLine(run: RunStorage, workingDirectory: string): Command {
  const group = new Command("storage")
    .description("set up, inspect and upgrade the SQL Server database of an app")
    .addHelpText("after", EXAMPLES)
    .exitOverride();
  for (const command of COMMANDS) group.addCommand(commandLine(command, run, workingDirectory));
  return group;
}

function commandLine(command: StorageCommand, run: RunStorage, workingDirectory: string): Command {
  const parsed = new Command(command.name)
    .description(command.description)
    .option("--schema <name>", "schema of the tables (default: host.json's schemaName, or dt)")
    .addOption(new Option("--script-root <dir>", "folder of the app (default: the current one)").env(SCRIPT_ROOT))
    .option("--json", "print one JSON document")
    .exitOverride();
  if (command.run !== undefined) {
    parsed
      .addOption(
        new Option("--connection-string <text>", "ADO.NET connection string").conflicts("connectionStringSetting"),
      )
      .option("--connection-string-setting <name>", "app setting that holds it (default: host.json's)");
  }
  if (command.takesCreateDatabase) parsed.option("--create-database", "create the database when it is missing");
  return parsed.action((raw: RawOptions) =>
    run({
      command,
      options: {
        connectionString: raw.connectionString,
        connectionStringSetting: raw.connectionStringSetting,
        schema: raw.schema,
        scriptRoot: resolve(workingDirectory, raw.scriptRoot ?? "."),
        createDatabase: raw.createDatabase ?? false,
      },
      json: raw.json ?? false,
    }),
  );
}

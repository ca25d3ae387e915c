import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { durableCommandLine, instancesCommandLine, type RunDurable } from "./durable/durable-command-line";
import { storageCommandLine, type RunStorage } from "./storage/storage-command-line";
import { SCRIPT_ROOT, type StartOptions } from "./start/start-options";
import { HOST_VERSION } from "./version";

/** What the commands do; separate from how they are written on the command line. */
export interface Commands {
  start(options: StartOptions): Promise<void>;
  durable: RunDurable;
  storage: RunStorage;
}

interface RawStartOptions {
  readonly port?: number;
  readonly address?: string;
  readonly functions?: readonly string[];
  readonly dataDir?: string;
  readonly scriptRoot?: string;
  readonly cors?: string;
  readonly storage?: "embedded";
  readonly enableAuth?: boolean;
  readonly timeout: number;
  readonly verbose?: boolean;
  readonly watch?: boolean;
}

const DEFAULT_START_SECONDS = 60;

const EXAMPLES = `
Examples:
  $ durable-host start                        the app in this folder, on port 7071
  $ durable-host start --port 8080 --verbose  another port, every run of a function printed
  $ durable-host start --script-root ../shop --data-dir /var/lib/shop
  $ durable-host start --functions startOrder processOrder
  $ durable-host start --watch                reload the app when its files change

The task hub is kept in .durable/ in the app's folder unless --data-dir says otherwise.
Settings come from host.json, local.settings.json and the environment: docs/configuration.md.`;

/** The `durable-host` command. Arguments that do not fit end in a CommanderError. */
export function createCommandLine(commands: Commands, workingDirectory: string): Command {
  const program = new Command("durable-host")
    .description("Runs a Durable Functions app on plain Node.js.")
    .version(HOST_VERSION, "-v, --version")
    .showHelpAfterError("(durable-host --help lists commands and options)")
    // Options after a command are its own: start-new has a --version, too.
    .enablePositionalOptions()
    .exitOverride();
  program.addCommand(startCommand(commands, workingDirectory));
  const host = new Command("host").description("the same under the name that func uses").exitOverride();
  host.addCommand(startCommand(commands, workingDirectory));
  program.addCommand(host);
  program.addCommand(durableCommandLine(commands.durable, workingDirectory));
  program.addCommand(instancesCommandLine(commands.durable, workingDirectory));
  program.addCommand(storageCommandLine(commands.storage, workingDirectory));
  return program;
}

function startCommand(commands: Commands, workingDirectory: string): Command {
  return new Command("start")
    .description("start the Functions app")
    .option("-p, --port <port>", "port for HTTP functions and the management API (default: 7071)", portNumber)
    .option("--address <address>", "address to listen on (default: localhost, on IPv4 and IPv6)")
    .option("--functions <names...>", "run only these functions")
    .addOption(new Option("--script-root <dir>", "folder of the app (default: the current one)").env(SCRIPT_ROOT))
    .option("--data-dir <dir>", "folder of the embedded store (default: .durable in the app's folder)")
    .addOption(new Option("--storage <kind>", "use this store whatever host.json says").choices(["embedded"]))
    .option("--cors <origins>", "origins that browsers may call from: a comma list, or *")
    .option("--enable-auth", "ask for keys at webhooks, functions and the admin API, as in the cloud")
    .option("-t, --timeout <seconds>", "time the start may take", seconds, DEFAULT_START_SECONDS)
    .option("--verbose", "print every run of a function and what the host does")
    .option("--watch", "reload the app when its files change")
    .addHelpText("after", EXAMPLES)
    .exitOverride()
    .action((raw: RawStartOptions) => commands.start(startOptions(raw, workingDirectory)));
}

function startOptions(raw: RawStartOptions, workingDirectory: string): StartOptions {
  const scriptRoot = resolve(workingDirectory, raw.scriptRoot ?? ".");
  return {
    scriptRoot,
    dataDir: raw.dataDir === undefined ? resolve(scriptRoot, ".durable") : resolve(workingDirectory, raw.dataDir),
    port: raw.port,
    address: raw.address,
    functions: raw.functions,
    cors: raw.cors,
    storage: raw.storage,
    enableAuth: raw.enableAuth ?? false,
    startTimeoutMs: raw.timeout * 1000,
    verbose: raw.verbose ?? false,
    watch: raw.watch ?? false,
  };
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  return port;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("The time is a number of seconds above 0.");
  return value;
}

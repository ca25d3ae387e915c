import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { LEVELS, type Level } from "../console/level-filter";
import { findAppRoot } from "../local/find-app-root";
import { accessOptions, readAccess, type RawAccess } from "../scheduler/access-command-line";
import { SCRIPT_ROOT, type StartOptions } from "./start-options";

interface RawStartOptions extends RawAccess {
  readonly grpcPort?: number;
  readonly port?: number;
  readonly address?: string;
  readonly functions?: readonly string[];
  readonly dataDir?: string;
  readonly scriptRoot?: string;
  readonly prefix?: string;
  readonly cors?: string;
  readonly corsCredentials?: boolean;
  readonly storage?: "embedded";
  readonly enableAuth?: boolean;
  readonly useHttps?: boolean;
  readonly cert?: string;
  readonly password?: string;
  readonly timeout: number;
  readonly verbose?: boolean;
  readonly userLogLevel?: Level;
  readonly enableJsonOutput?: boolean;
  readonly jsonOutputFile?: string;
  readonly languageWorker?: string;
  readonly inspect?: string | true;
  readonly inspectBrk?: string | true;
  readonly watch?: boolean;
  readonly build: boolean;
  readonly runtime?: string;
  readonly offline?: boolean;
  readonly pauseOnError?: boolean;
}

const DEFAULT_START_SECONDS = 60;
const DEFAULT_DEBUG_PORT = "9229";

const EXAMPLES = `
Examples:
  $ durable-host start                        the app in this folder, on port 7071
  $ durable-host start --port 8080 --verbose  another port, every run of a function printed
  $ durable-host start --script-root ../shop --data-dir /var/lib/shop
  $ durable-host start --functions startOrder processOrder
  $ durable-host start --watch --inspect      reload the app when its files change, under a debugger
  $ durable-host start --useHttps --cert localhost.pfx --password secret

In a folder without package.json and host.json, the app is the nearest one above it. With --watch, an app with a
tsconfig.json is built by the script "watch" in its package.json, unless --no-build.
The task hub is kept in .durable/ in the app's folder unless --data-dir says otherwise.
Settings come from host.json, local.settings.json and the environment: docs/configuration.md.`;

/** The command `durable-host start`; it is also a sub-command of `host`, as in `func host start`. */
export function startCommandLine(run: (options: StartOptions) => Promise<void>, workingDirectory: string): Command {
  const command = new Command("start")
    .description("start the Functions app")
    .option("-p, --port <port>", "port for HTTP functions and the management API (default: 7071)", portNumber)
    .option("--address <address>", "address to listen on (default: localhost, on IPv4 and IPv6)")
    .option("--functions <names...>", "run only these functions")
    .addOption(new Option("--script-root <dir>", "folder of the app (default: the current one)").env(SCRIPT_ROOT))
    .option("--data-dir <dir>", "folder of the embedded store (default: .durable in the app's folder)")
    .addOption(new Option("--storage <kind>", "use this store whatever host.json says").choices(["embedded"]))
    .option("--cors <origins>", "origins that browsers may call from: a comma list, or *")
    .option("--cors-credentials", "browsers may send cookies and the like")
    .option("--enable-auth", "ask for keys at webhooks, functions and the admin API, as in the cloud")
    .option("--grpc-port <port>", "let workers and clients of the Durable Task SDKs connect, too", portNumber)
    .option("--useHttps", "listen for https instead of http; needs --cert")
    .option("--cert <file>", "certificate with its private key: a PFX file, or a PEM file with both")
    .option("--password <text>", "what the private key is protected with: the text, or a file with it")
    .option("-t, --timeout <seconds>", "time the start may take", seconds, DEFAULT_START_SECONDS)
    .option("--verbose", "print every run of a function and what the host does")
    .addOption(
      new Option("--user-log-level <level>", "level from which on logs of functions are printed").argParser(level),
    )
    .option("--enable-json-output", "print logs as JSON, one object in a line")
    .option("--json-output-file <file>", "write these lines to a file instead")
    .option("--watch", "reload the app when its files change")
    .option("--no-build", "with --watch: do not run the app's own watch script")
    .option("--inspect [port]", `let a debugger attach to the app (default port: ${DEFAULT_DEBUG_PORT})`)
    .option("--inspect-brk [port]", "the same, and wait for it before the app is loaded")
    .option("--language-worker <flags>", "Node.js flags for the app's processes")
    .option("--pause-on-error", "wait for the Enter key before a start that failed ends")
    .addHelpText("after", EXAMPLES)
    .exitOverride();
  for (const option of accessOptions()) command.addOption(option.helpGroup("Callers of the gRPC port:"));
  for (const option of asFuncHasThem()) command.addOption(option.hideHelp());
  return command.action((raw: RawStartOptions) => run(startOptions(raw, workingDirectory)));
}

/** Options of `func start` that mean the same under another name here, or nothing (functions-host contract §7.1). */
function asFuncHasThem(): readonly Option[] {
  return [
    new Option("--enableAuth"),
    new Option("--prefix <dir>"),
    new Option("--runtime <version>"),
    new Option("--offline"),
    new Option("--javascript"),
    new Option("--typescript"),
  ];
}

/**
 * What commander could not read: flags for the app's processes after a `--` of their own, as in
 * `--language-worker -- "--inspect=9229"`, the form that documentation of func has.
 */
export function joinWorkerFlags(args: readonly string[]): readonly string[] {
  const index = args.indexOf("--language-worker");
  const [dashes, flags] = [args[index + 1], args[index + 2]];
  if (index === -1 || dashes !== "--" || flags === undefined) return args;
  return [...args.slice(0, index), `--language-worker=${flags}`, ...args.slice(index + 3)];
}

function startOptions(raw: RawStartOptions, workingDirectory: string): StartOptions {
  const named = raw.scriptRoot ?? raw.prefix;
  const scriptRoot = named === undefined ? findAppRoot(workingDirectory) : resolve(workingDirectory, named);
  return {
    scriptRoot,
    dataDir: raw.dataDir === undefined ? resolve(scriptRoot, ".durable") : resolve(workingDirectory, raw.dataDir),
    port: raw.port,
    address: raw.address,
    functions: raw.functions,
    cors: raw.cors,
    corsCredentials: raw.corsCredentials,
    storage: raw.storage,
    enableAuth: raw.enableAuth ?? false,
    https: raw.useHttps ? certificate(raw, workingDirectory) : undefined,
    grpc: raw.grpcPort === undefined ? undefined : { port: raw.grpcPort, access: readAccess(raw, workingDirectory) },
    startTimeoutMs: raw.timeout * 1000,
    verbose: raw.verbose ?? false,
    userLogLevel: raw.userLogLevel,
    json: jsonOutput(raw, workingDirectory),
    watch: raw.watch ?? false,
    build: raw.build,
    workerArguments: workerArguments(raw),
    pauseOnError: raw.pauseOnError ?? false,
    notices: notices(raw, scriptRoot, workingDirectory),
  };
}

function certificate({ cert, password }: RawStartOptions, workingDirectory: string): StartOptions["https"] {
  return { file: cert === undefined ? undefined : resolve(workingDirectory, cert), password };
}

function jsonOutput({ enableJsonOutput, jsonOutputFile }: RawStartOptions, folder: string): StartOptions["json"] {
  if (!enableJsonOutput) return undefined;
  return { file: jsonOutputFile === undefined ? undefined : resolve(folder, jsonOutputFile) };
}

function workerArguments({ languageWorker = "", inspect, inspectBrk }: RawStartOptions): readonly string[] {
  const flags = languageWorker.split(/\s+/).filter((flag) => flag !== "" && flag !== "--");
  return [...flags, ...inspectFlag("--inspect", inspect), ...inspectFlag("--inspect-brk", inspectBrk)];
}

function inspectFlag(flag: string, port: string | true | undefined): readonly string[] {
  if (port === undefined) return [];
  return [`${flag}=${port === true ? DEFAULT_DEBUG_PORT : port}`];
}

function notices(raw: RawStartOptions, scriptRoot: string, workingDirectory: string): readonly string[] {
  const idle = [raw.runtime === undefined ? [] : ["--runtime"], raw.offline ? ["--offline"] : []].flat();
  return [
    ...(raw.scriptRoot === undefined && raw.prefix === undefined && scriptRoot !== workingDirectory
      ? [`The app is the one in ${scriptRoot}.`]
      : []),
    ...(idle.length === 0 ? [] : [`${idle.join(" and ")} of func start has no meaning here.`]),
  ];
}

/** Reads an option that is a port; 0: the system chooses one. */
export function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  return port;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("The time is a number of seconds above 0.");
  return value;
}

function level(text: string): Level {
  const found = LEVELS.find((each) => each.toLowerCase() === text.toLowerCase());
  if (found === undefined) throw new InvalidArgumentError(`The levels are ${LEVELS.join(", ")}.`);
  return found;
}

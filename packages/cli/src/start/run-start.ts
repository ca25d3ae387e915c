import { DurableHostError } from "@durable-host/engine";
import type { HostConfiguration } from "@durable-host/functions";
import { createColors } from "picocolors";
import type { Colors } from "picocolors/types";
import { invocationLines } from "../console/invocation-lines";
import { fileLines, JsonLines } from "../console/json-lines";
import { LevelFilter } from "../console/level-filter";
import { openLogger } from "../console/open-logger";
import type { LineWriter } from "../console/line-writer";
import { HOST_VERSION } from "../version";
import { AppWatch } from "../watch/app-watch";
import { describeStartError } from "./describe-start-error";
import { functionList } from "./function-list";
import { startHost, type HostConsole, type RunningHost } from "./start-host";
import type { StartOptions } from "./start-options";
import type { StopRequest } from "./stop-request";

/** Time for what is in flight when the host is told to stop. Orchestrators of this world give 30 seconds. */
const GRACE_MS = 20_000;

export interface RunSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: LineWriter;
  readonly errors: LineWriter;
  /** A person looks on: a line for each run of a function. */
  readonly isTerminal: boolean;
  readonly color: boolean;
  /** Where log entries go as JSON; absent: they go to `output`, as text. */
  readonly json?: LineWriter;
  readonly stopRequest: StopRequest;
}

/** Runs the host until it is asked to stop; resolves to the exit code. */
export async function runStart(options: StartOptions, given: RunSurroundings): Promise<number> {
  const surroundings = asJson(options, given) ?? given;
  const { output } = surroundings;
  const colors = createColors(surroundings.color);
  output.line(colors.bold(`durable-host ${HOST_VERSION} (Node.js ${process.version})`));
  for (const notice of options.notices ?? []) output.line(colors.dim(notice));
  const watch = options.watch ? new AppWatch(options, output) : undefined;
  try {
    const host = await start(options, surroundings, watch);
    if (host === undefined) return 0;
    if (typeof host === "number") return host;
    announce(host, options, output, colors);
    watch?.follow(host);
    return await serve(host, surroundings, watch);
  } finally {
    await watch?.end();
  }
}

/** Resolves to undefined when it is asked to stop before, or to an exit code when it cannot start. */
async function start(
  options: StartOptions,
  surroundings: RunSurroundings,
  watch: AppWatch | undefined,
): Promise<RunningHost | number | undefined> {
  const { stopRequest, errors } = surroundings;
  let storage: HostConfiguration["storage"]["type"] | undefined;
  try {
    await Promise.race([watch?.ready(), stopRequest.made]);
    const starting = startHost(options, {
      environment: surroundings.environment,
      onFiles: watch?.onFiles,
      openConsole(configuration) {
        storage = configuration.storage.type;
        return openConsole(configuration, options, surroundings);
      },
    });
    return await Promise.race([withTimeout(starting, options), stopRequest.made]);
  } catch (error) {
    errors.line(`\n${describeStartError(error, storage)}`);
    return 1;
  }
}

/** Resolves to the exit code when the host has stopped: because it was asked to, or had to. */
async function serve(
  host: RunningHost,
  { stopRequest, output, errors }: RunSurroundings,
  watch: AppWatch | undefined,
): Promise<number> {
  const failure = await Promise.race([stopRequest.made, host.failed]);
  if (failure) errors.line(`\n${describeStartError(failure)}`);
  else output.line("Stopping: finishing what is in flight. Press Ctrl+C again to stop at once.");
  // A reload under way may never come to an end by itself; the stop ends it.
  const unwatched = watch?.end();
  await host.stop(GRACE_MS);
  await unwatched;
  output.line("Stopped.");
  return failure ? 1 : 0;
}

function openConsole(
  { values }: HostConfiguration,
  { verbose, userLogLevel }: StartOptions,
  surroundings: RunSurroundings,
): HostConsole {
  const levels = values.host("logging.console.isEnabled") ? values.host("logging.logLevel") : { default: "None" };
  const filter = new LevelFilter(levels, verbose, userLogLevel);
  const logger = openLogger(surroundings, filter);
  return { logger, onInvocation: invocationLines(logger, verbose || surroundings.isTerminal) };
}

/**
 * The surroundings with everything that is said as JSON, one object per line; undefined when it is to be text. With a file
 * for the log entries, people are still told the rest.
 */
export function asJson(
  { json }: Pick<StartOptions, "json">,
  surroundings: RunSurroundings,
): RunSurroundings | undefined {
  const { environment, output, errors } = surroundings;
  if (json?.file !== undefined) return { ...surroundings, json: fileLines(json.file) };
  if (!json && environment["DURABLE_HOST_LOG_FORMAT"]?.trim().toLowerCase() !== "json") return undefined;
  const lines = { output: new JsonLines(output, "Information"), errors: new JsonLines(errors, "Error") };
  return { ...surroundings, ...lines, color: false, json: output };
}

/** Rejects when the host takes longer to start than it may. */
async function withTimeout(starting: Promise<RunningHost>, options: StartOptions): Promise<RunningHost> {
  const { startTimeoutMs, workerArguments = [] } = options;
  // Somebody has to attach a debugger first.
  if (workerArguments.some((flag) => /^--inspect-(brk|wait)/.test(flag))) return starting;
  let timeout: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timeout = setTimeout(() => reject(tooLate(startTimeoutMs)), startTimeoutMs);
  });
  try {
    return await Promise.race([starting, late]);
  } finally {
    clearTimeout(timeout);
  }
}

function tooLate(startTimeoutMs: number): DurableHostError {
  return new DurableHostError(
    "APP_LOAD_FAILED",
    `The host did not start within ${startTimeoutMs / 1000} seconds. Most likely an entry file of the app waits for something at its top level; give it more time with --timeout.`,
  );
}

function announce(host: RunningHost, { verbose }: StartOptions, output: LineWriter, colors: Colors): void {
  // Editors wait for these words before they attach a debugger or open a browser.
  output.line(`[${new Date().toISOString()}] Worker process started and initialized.`);
  const routePrefix = host.configuration.values.host("extensions.http.routePrefix");
  for (const line of functionList(host.functions, { origin: host.origin, routePrefix }, colors)) output.line(line);
  if (!verbose) output.line("For detailed output, run durable-host start with --verbose.");
}

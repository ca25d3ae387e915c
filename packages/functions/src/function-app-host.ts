import type { Clock, Executor, Logger, RecordStore } from "@durable-host/engine";
import type { OpenSqlDatabase } from "./bindings/sql/sql-database";
import type { SettingValues } from "./config/setting-values";
import type { HttpRoute } from "./http/route-table";
import type { HttpHandler } from "./http/types";
import type { KeyCheck } from "./keys/check-key";
import type { GrpcSupport } from "./pool/durable-payload-codec";
import type { FunctionDescription, FunctionIndex } from "./pool/function-index";
import type { InvocationListener, InvocationTracer } from "./pool/invocation-events";
import type { TriggerInvocation } from "./triggers/trigger-type";
import type { GenericResult, RejectedFunction } from "./wire/messages";
import type { SessionMode } from "./worker/orchestrator/sessions";

/** What of host.json concerns the app's functions (contract §6.1). */
export interface FunctionAppHostJson {
  /** `extensions.http.routePrefix`; default `api`. */
  readonly routePrefix?: string;
  /** `functionTimeout` in milliseconds; absent or Infinity: none. */
  readonly functionTimeoutMs?: number;
  /** `functions`: names of those that run; absent: all. */
  readonly functions?: readonly string[];
  /** `extensions.durableTask.httpSettings.defaultAsyncRequestSleepTimeMilliseconds`; default 30,000. */
  readonly httpPollMs?: number;
}

export interface FunctionAppHostOptions {
  /** Absolute path of the folder with package.json. */
  readonly appRoot: string;
  /** App settings; they become the workers' environment. */
  readonly settings: Readonly<Record<string, string>>;
  readonly hostJson?: FunctionAppHostJson;
  /** All settings by name, for triggers and bindings. */
  readonly values: SettingValues;
  /** What the hosts on one store share; asked when the store is open. Absent: this host is on its own. */
  readonly records?: () => RecordStore | undefined;
  /** FUNCTIONS_WORKER_PROCESS_COUNT: 1 to 10, default 1. */
  readonly workerCount?: number;
  /** Node flags (`languageWorkers__node__arguments`), split. */
  readonly workerArguments?: readonly string[];
  /** Value of durable client bindings; a function is asked at each start of a worker (durable contract §5.1). */
  readonly durableClientInput: object | (() => object);
  /** Asked once the app is loaded, if it is on `durable-functions` v4; absent: such functions do not run. */
  readonly grpc?: () => Promise<GrpcSupport>;
  readonly logger: Logger;
  /** Asked before an HTTP function runs that is not anonymous; absent: nobody needs a key. */
  readonly admits?: KeyCheck;
  /** Told of each run of a function; leave it out when nobody listens. */
  readonly onInvocation?: InvocationListener;
  /** Makes the trace context that the code of each run sees; absent: it sees what came with its trigger. */
  readonly traceInvocation?: InvocationTracer;
  /** Told which files of the app its workers have loaded, absolute, as they do; packages are left out. */
  readonly onFiles?: (files: readonly string[]) => void;
  /** Told when a worker process has ended and another takes its place. */
  readonly onWorkerRestart?: () => void;
  readonly sessionMode?: SessionMode;
  /** Asked before the storage emulator of this machine is called for the first time; resolves when it may be. */
  readonly emulatorReady?: () => Promise<void>;
  /** Opens the databases of SQL bindings; absent: functions with such bindings do not run. */
  readonly openSqlDatabase?: OpenSqlDatabase;
  /** Time for calls in flight and appTerminate hooks at stop, in milliseconds. */
  readonly stopGraceMs?: number;
  readonly clock?: Clock;
}

/** A Functions app, loaded in its worker processes: its durable functions, its HTTP functions and all others. */
export interface FunctionAppHost {
  /** Loads the app. Rejects with APP_LOAD_FAILED or CONFIG_INVALID; no process is left then. */
  start(): Promise<FunctionIndex>;
  /** Begins to listen for what triggers the app's functions, beside requests and the engine. */
  startTriggers(): Promise<void>;
  /** Takes nothing more from triggers from now on, until they are started again; resolves when the runs in flight have ended. */
  stopTriggers(): Promise<void>;
  /**
   * Lets runs in flight, whatever has triggered them, and the app's appTerminate hooks finish within the grace time, and takes
   * no more from triggers. No process is left. Called again while it waits, it may shorten the time.
   */
  stop(graceMs?: number): Promise<void>;
  /**
   * Gives the ports of `--inspect` to the app's workers, which have them from the start, or takes them away, so that those of
   * another app can have them.
   */
  inspect(isOpen: boolean): void;
  readonly executor: Executor;
  /** Serves the app's HTTP functions; undefined for a path that is none of theirs. */
  readonly http: HttpHandler;
  /** Runs any function, also a disabled one, for a trigger of the caller's. Rejects with what the function threw. */
  invoke(functionName: string, invocation: TriggerInvocation): Promise<GenericResult>;
  /**
   * Runs any function, also a disabled one, as if its trigger had fired with a text (contract §3.4). What the function fails
   * with is logged; rejects with UNKNOWN_FUNCTION.
   */
  runWithText(functionName: string, text: string): Promise<void>;
  /**
   * Runs the functions with a warm-up trigger, once as long as the app is loaded: whoever asks again waits for that run, or is
   * answered at once. What the functions fail with is logged.
   */
  warmUp(): Promise<void>;
  /** Number of calls that run in the app's workers. */
  readonly inFlight: number;
  /** Functions that the app has registered and that cannot run as they should, with the reason; empty before `start`. */
  readonly problems: readonly RejectedFunction[];
  /** What the app's libraries say they can do (contract §1.7); empty before `start`. */
  readonly capabilities: Readonly<Record<string, string>>;
  /** The app's functions; empty before `start`. */
  readonly functions: readonly FunctionDescription[];
  /** The HTTP functions' routes, prefix included; empty before `start`. */
  readonly routes: readonly HttpRoute[];
  /** Ids of the worker processes that run now, for diagnostics. */
  workerPids(): readonly number[];
}

import { systemClock } from "@durable-host/engine";
import { DEFAULT_HTTP_POLL_MS } from "../call-http/http-polling";
import type { FunctionAppHostOptions } from "../function-app-host";
import { readInspectFlags } from "./inspect-flags";
import { writeLogEntry, type LogTarget } from "./log-entries";
import { WorkerPool } from "./worker-pool";

/** The version of the official host whose behaviour this one follows; apps can read it. */
const HOST_VERSION = "4.1052.0";

/** Time for calls in flight and appTerminate hooks when nobody says otherwise. */
export const DEFAULT_STOP_GRACE_MS = 10_000;

/** Makes the pool for an app as the options of its host have it. */
export function createWorkerPool(options: FunctionAppHostOptions): WorkerPool {
  const { appRoot, settings, logger, hostJson = {} } = options;
  const { functionTimeoutMs, httpPollMs = DEFAULT_HTTP_POLL_MS } = hostJson;
  const logTarget: LogTarget = { root: logger, byCategory: new Map() };
  return new WorkerPool({
    init: () => ({
      type: "init",
      appRoot,
      settings,
      durableClientInput: durableClientValue(options.durableClientInput),
      hostVersion: HOST_VERSION,
      sessionMode: options.sessionMode ?? "resident",
      httpPollMs,
      reportFiles: options.onFiles !== undefined,
      traceClients: options.traceInvocation !== undefined,
    }),
    workerCount: options.workerCount ?? 1,
    ...readInspectFlags(options.workerArguments ?? []),
    onFiles: options.onFiles,
    stopGraceMs: options.stopGraceMs ?? DEFAULT_STOP_GRACE_MS,
    clock: options.clock ?? systemClock,
    logger: logger.child("Host.Workers"),
    onLog: (entry) => writeLogEntry(logTarget, entry),
    onRestart: options.onWorkerRestart,
    ...(functionTimeoutMs !== undefined && Number.isFinite(functionTimeoutMs) && { functionTimeoutMs }),
  });
}

function durableClientValue(value: object | (() => object)): object {
  return typeof value === "function" ? (value as () => object)() : value;
}

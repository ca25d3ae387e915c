import type { Logger } from "@durable-host/engine";
import { errorText } from "@durable-host/engine";
import { empty, json, readJson, refusal, type AdminCall, type AdminRoute } from "./admin-route";

/** How far a host is that is to take no work for itself any more (functions-host contract §3.4). */
export type DrainState = "Disabled" | "InProgress" | "Completed";

/** What the admin API can do to a host. */
export interface HostControl {
  readonly drainState: DrainState;
  /** Invocations that run in the app. */
  readonly outstandingInvocations: number;
  /** Takes no more work for itself; HTTP requests are served. False: the host does not run. */
  drain(): boolean;
  /** Takes work again. Resolves to false while it cannot: it stops, or what it had begun has not ended. */
  resume(): Promise<boolean>;
  /** Loads the app anew. */
  restart(): Promise<void>;
  /** Takes the app off the net, or puts it back. Throws what the file system throws. */
  setOffline(offline: boolean): void;
  /** Runs the functions with a warm-up trigger, unless the app has been warmed up before. */
  warmUp(): Promise<void>;
  readonly workerPids: readonly number[];
}

export interface HostRoutesOptions {
  readonly state: () => string;
  /** What `/admin/host/status` shows beside the state. */
  readonly status: () => object;
  /** host.json as it is in force. */
  readonly hostJson: () => object;
  /** The next request would be refused. */
  readonly isOverloaded: () => boolean;
  readonly control: HostControl;
  readonly logger: Logger;
}

/** The host itself: what it does, and what it is to do (functions-host contract §3.4). */
export function hostRoutes(options: HostRoutesOptions): readonly AdminRoute[] {
  const { state, status, hostJson, control } = options;
  return [
    { methods: ["GET", "POST"], path: "admin/host/ping", isOpen: true, handle: (call) => ping(options, call) },
    { methods: ["GET"], path: "admin/host/status", handle: () => json(200, status()) },
    { methods: ["GET"], path: "admin/host/config", handle: () => json(200, hostJson()) },
    { methods: ["GET"], path: "admin/host/processes", handle: () => json(200, processes(control)) },
    { methods: ["POST"], path: "admin/host/drain", handle: () => drain(control) },
    { methods: ["GET"], path: "admin/host/drain/status", handle: () => json(200, drainStatus(control)) },
    { methods: ["POST"], path: "admin/host/resume", handle: () => resume(options) },
    { methods: ["POST"], path: "admin/host/restart", handle: () => restart(options) },
    { methods: ["POST"], path: "admin/host/log", handle: (call) => log(options, call) },
    // Nobody keeps a copy of the triggers that would have to be brought up to date.
    { methods: ["POST"], path: "admin/host/synctriggers", handle: () => json(200, { status: "success" }) },
    { methods: ["PUT"], path: "admin/host/state", handle: (call) => putState(options, call) },
    {
      methods: ["GET"],
      path: "admin/warmup",
      isOpen: true,
      handle: async () => {
        if (state() === "Running") await control.warmUp();
        return empty(200);
      },
    },
  ];
}

function ping({ isOverloaded }: HostRoutesOptions, { request }: AdminCall) {
  const asked = request.url.searchParams.get("checkHealth");
  return empty(asked === "1" && isOverloaded() ? 429 : 200);
}

function processes({ workerPids }: HostControl): object {
  return { processes: [process.pid, ...workerPids].map((id) => ({ id, processName: "node" })) };
}

function drain(control: HostControl) {
  return control.drain() ? empty(202) : refusal(409, "The host does not run: see /admin/host/status.");
}

function drainStatus({ drainState, outstandingInvocations }: HostControl): object {
  // Retries wait inside of an invocation, or in the store: none is outstanding by itself.
  return { state: drainState, outstandingInvocations, outstandingRetries: 0 };
}

async function resume({ control, state }: HostRoutesOptions) {
  if (await control.resume()) return json(200, { state: state() });
  return refusal(409, "The host cannot take up work now: see /admin/host/status and /admin/host/drain/status.");
}

function restart({ control, logger }: HostRoutesOptions) {
  control.restart().catch((error: unknown) => logger.error(`The app was not reloaded: ${errorText(error)}`));
  return empty(202);
}

async function putState({ control }: HostRoutesOptions, { request }: AdminCall) {
  const wanted = await readJson(request);
  const word = typeof wanted === "string" ? wanted.toLowerCase() : undefined;
  if (word !== "offline" && word !== "running") return refusal(400, 'The state is put as "Offline" or "Running".');
  try {
    control.setOffline(word === "offline");
    return empty(202);
  } catch (error) {
    return refusal(500, `The state is kept as app_offline.htm in the app's folder: ${errorText(error)}`);
  }
}

interface GivenEntry {
  readonly level?: unknown;
  readonly message?: unknown;
  readonly source?: unknown;
  readonly functionName?: unknown;
}

/** Writes entries of whoever runs the platform into the host's log. */
async function log({ logger }: HostRoutesOptions, { request }: AdminCall) {
  const body = await readJson(request);
  const entries = Array.isArray(body) ? (body as readonly GivenEntry[]) : [];
  if (entries.length === 0 || entries.some((entry) => typeof entry?.message !== "string")) {
    return refusal(400, 'Log entries are posted as [{"level","message","source","functionName"}].');
  }
  for (const { level, message, source, functionName } of entries) {
    const fields = {
      ...(typeof source === "string" && { source }),
      ...(typeof functionName === "string" && { functionName }),
    };
    logger[methodOf(level)](String(message), fields);
  }
  return empty(200);
}

/** Levels by their names or, as upstream takes them too, by their numbers. */
function methodOf(level: unknown): "debug" | "info" | "warn" | "error" {
  switch (String(level).toLowerCase()) {
    case "trace":
    case "debug":
    case "0":
    case "1":
      return "debug";
    case "warning":
    case "3":
      return "warn";
    case "error":
    case "critical":
    case "4":
    case "5":
      return "error";
    default:
      return "info";
  }
}

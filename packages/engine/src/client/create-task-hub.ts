import { eventMessage } from "../decide/record-action";
import { OPERATION_EVENT } from "../decide/entity/request-message";
import type { EpisodeLimits } from "../decide/finish-episode";
import { unknownFunction } from "../decide/unknown-function";
import type { CompletionSignals } from "../dispatch/completion-signals";
import { DurableHostError, hasCode } from "../errors";
import type { ExecutionStarted, MessageEvent } from "../model/history-event";
import type { IdSource } from "../model/ids";
import type { InstanceState } from "../model/instance";
import { entityInstanceId } from "../model/instance-id";
import { isTerminal, RUNTIME_STATUSES, type RuntimeStatus } from "../model/runtime-status";
import type { Clock } from "../ports/clock";
import type { Executor } from "../ports/executor";
import type { StorageProvider } from "../ports/storage-provider";
import type { WorkTracer } from "../ports/work-tracer";
import { explainInstance } from "./explain-instance";
import { getEntity, queryEntities } from "./query-entities";
import { cleanEntities } from "./clean-entities";
import { listInstanceIds } from "./list-instance-ids";
import { endRunning } from "./end-running";
import { purgeInstance, purgeInstances } from "./purge-instances";
import type { StartOptions, TaskHub } from "./task-hub";
import { settleRewind } from "./settle-rewind";
import { traceRequest } from "./trace-request";
import { validateEntityKey, validateInstanceId, type IdCharacters } from "./validate-instance-id";
import { waitForCompletion, waitForStart, startAndWait } from "./wait-for-completion";

export interface TaskHubOptions {
  readonly hubName: string;
  readonly provider: StorageProvider;
  /** Knows which functions exist; without it every name is accepted. */
  readonly executor?: Pick<Executor, "knows" | "names" | "inspectOrchestration">;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly completions: CompletionSignals;
  /** Version of instances whose starter names none (host.json `defaultVersion`). */
  readonly defaultVersion?: string;
  /** Which versions this host executes; only to explain why an instance waits. Absent: all. */
  readonly versions?: EpisodeLimits["versions"];
  /** Which existing instances a start may replace that does not say so itself (host.json `overridableExistingInstanceStates`). */
  readonly replaceable?: "NonRunningStates" | "AnyState";
  /** What the ids of new instances are made of; default: "UrlSafe". */
  readonly idCharacters?: IdCharacters;
  /** Absent: nothing is traced. */
  readonly tracer?: WorkTracer;
}

const ENDED: ReadonlySet<RuntimeStatus> = new Set(RUNTIME_STATUSES.filter(isTerminal));
const ANY: ReadonlySet<RuntimeStatus> = new Set(RUNTIME_STATUSES);

/** How often a start that replaces a running instance begins again, because others start under the same id. */
const REPLACEMENTS = 10;

/** The client side of a task hub over a store. */
export function createTaskHub(options: TaskHubOptions): TaskHub {
  const { provider, clock, ids } = options;
  const start = (start: StartOptions) => startInstance(options, start);
  const waiting = { provider, clock, completions: options.completions };
  return {
    name: options.hubName,
    start,
    startAndWait: (request, timeoutMs) => startAndWait(waiting, start, withId(request, ids), timeoutMs),
    waitForCompletion: (instanceId, timeoutMs) => waitForCompletion(waiting, instanceId, timeoutMs),
    waitForStart: (instanceId, timeoutMs) => waitForStart(waiting, instanceId, timeoutMs),
    getInstance: (instanceId) => provider.getInstance(instanceId),
    queryInstances: (query) => provider.queryInstances(query),
    listInstanceIds: (query) => listInstanceIds(provider, query),
    readHistory: (instanceId) => provider.readHistory(instanceId),
    explain: (instanceId) => explainInstance(options, instanceId),
    async raiseEvent(instanceId, name, input, traceContext) {
      const event = { type: "EventRaised", timestamp: clock.now(), name, input } as const;
      await traceRequest(options, instanceId, event, traceContext, (traced) => tell(options, instanceId, traced));
    },
    restart: (instanceId, withNewInstanceId) => restartInstance(options, instanceId, withNewInstanceId),
    async rewind(instanceId, reason) {
      const before = await send(options, instanceId, { type: "ExecutionRewound", timestamp: clock.now(), reason });
      await settleRewind(options, before);
    },
    terminate(instanceId, reason, { recursive = false } = {}) {
      const recurse = recursive ? { recurse: true } : {};
      return tell(options, instanceId, { type: "ExecutionTerminated", timestamp: clock.now(), reason, ...recurse });
    },
    suspend: (instanceId, reason) =>
      tell(options, instanceId, { type: "ExecutionSuspended", timestamp: clock.now(), reason }),
    resume: (instanceId, reason) =>
      tell(options, instanceId, { type: "ExecutionResumed", timestamp: clock.now(), reason }),
    purgeInstance: (instanceId, purge) => purgeInstance(options, instanceId, purge),
    purgeInstances: (filter, purge) => purgeInstances(options, filter, purge),
    async signalEntity(id, operation, input, dueAt, traceContext) {
      validateEntityKey(id.key, options.idCharacters);
      if (options.executor && !options.executor.knows("entity", id.name)) {
        throw new DurableHostError("UNKNOWN_FUNCTION", unknownFunction("entity", id.name, options.executor));
      }
      const request = JSON.stringify({ op: operation, signal: true, input, id: ids.newGuid() });
      const instanceId = entityInstanceId(id);
      const now = clock.now();
      const message = eventMessage(instanceId, OPERATION_EVENT, request, now, dueAt);
      const event = { type: "EventRaised", timestamp: now, name: OPERATION_EVENT, input: request } as const;
      await traceRequest(options, instanceId, event, traceContext, (traced) =>
        provider.sendMessage({ ...message, event: traced }),
      );
    },
    getEntity: (id) => getEntity(provider, id),
    queryEntities: (query) => queryEntities(provider, query),
    cleanEntities: (cleaning) => cleanEntities(options, cleaning),
  };
}

function withId(request: StartOptions, ids: IdSource): StartOptions & { readonly instanceId: string } {
  return { ...request, instanceId: request.instanceId ?? ids.newId() };
}

async function startInstance(options: TaskHubOptions, request: StartOptions): Promise<string> {
  const { executor, clock, ids } = options;
  const { instanceId, name } = withId(request, ids);
  validateInstanceId(instanceId, options.idCharacters);
  if (executor && !executor.knows("orchestration", name)) {
    throw new DurableHostError("UNKNOWN_FUNCTION", unknownFunction("orchestration", name, executor));
  }
  const start: ExecutionStarted = {
    type: "ExecutionStarted",
    timestamp: clock.now(),
    name,
    version: request.version ?? options.defaultVersion ?? "",
    input: request.input ?? null,
    instance: { instanceId, executionId: ids.newId() },
    ...(request.tags ? { tags: request.tags } : {}),
    ...(request.scheduledStartTime === undefined ? {} : { scheduledStartTime: request.scheduledStartTime }),
  };
  await traceRequest(options, instanceId, start, request.traceContext, (traced) =>
    createInstance(options, traced, request.replaceable ?? replaceableBy(options)),
  );
  return instanceId;
}

function replaceableBy({ replaceable }: TaskHubOptions): ReadonlySet<RuntimeStatus> {
  return replaceable === "AnyState" ? ANY : ENDED;
}

/** Creates the instance in place of one in a replaceable status; one that runs is ended first. */
async function createInstance(
  options: TaskHubOptions,
  start: ExecutionStarted,
  replaceable: ReadonlySet<RuntimeStatus>,
): Promise<void> {
  const { provider } = options;
  const ended = new Set([...replaceable].filter(isTerminal));
  for (let attempt = 1; ; attempt++) {
    try {
      return await provider.createInstance(start, ended);
    } catch (error) {
      if (attempt >= REPLACEMENTS || !hasCode(error, "INSTANCE_EXISTS")) throw error;
      const existing = await provider.getInstance(start.instance.instanceId);
      if (existing && !replaceable.has(existing.runtimeStatus)) throw error;
      if (!existing || isTerminal(existing.runtimeStatus)) continue;
      const hasEnded = await endRunning(options, existing, "The instance was replaced by a new start.");
      if (!hasEnded) return provider.createInstance(start, ANY);
    }
  }
}

/** Starts again what an existing instance was started with. */
async function restartInstance(options: TaskHubOptions, instanceId: string, withNewId: boolean): Promise<string> {
  const instance = await options.provider.getInstance(instanceId);
  if (!instance) throw notFound(instanceId);
  const { name, input, version, tags } = instance;
  return startInstance(options, {
    name,
    input,
    version,
    ...(tags ? { tags } : {}),
    // Whatever starts may replace here: a restart is of what has ended.
    ...(withNewId ? {} : { instanceId, replaceable: ENDED }),
  });
}

/** Sends an event to an instance that can take it, and tells the caller when it cannot; resolves to the instance before it. */
async function send(options: TaskHubOptions, instanceId: string, event: MessageEvent): Promise<InstanceState> {
  const instance = await options.provider.getInstance(instanceId);
  if (!instance) throw notFound(instanceId);
  refuseIfMoot(instance, event);
  if (!(await options.provider.sendMessage({ instanceId, event }))) throw notFound(instanceId);
  return instance;
}

async function tell(options: TaskHubOptions, instanceId: string, event: MessageEvent): Promise<void> {
  await send(options, instanceId, event);
}

function refuseIfMoot(instance: InstanceState, event: MessageEvent): void {
  const { runtimeStatus, instanceId } = instance;
  if (event.type === "ExecutionRewound") {
    if (runtimeStatus === "Failed") return;
    const what = `Cannot rewind the instance '${instanceId}': it is ${runtimeStatus}, and only a Failed instance can be rewound.`;
    throw new DurableHostError("INSTANCE_NOT_FAILED", what);
  }
  if (isTerminal(runtimeStatus)) {
    throw new DurableHostError("INSTANCE_ENDED", `The instance '${instanceId}' has already ended (${runtimeStatus}).`);
  }
  if (event.type === "ExecutionSuspended" && runtimeStatus === "Suspended") {
    throw new DurableHostError(
      "INSTANCE_STATE",
      `Cannot suspend the instance '${instanceId}': it is already suspended.`,
    );
  }
  if (event.type === "ExecutionResumed" && runtimeStatus !== "Suspended") {
    throw new DurableHostError(
      "INSTANCE_STATE",
      `Cannot resume the instance '${instanceId}': it is ${runtimeStatus}, not suspended.`,
    );
  }
}

function notFound(instanceId: string): DurableHostError {
  return new DurableHostError("INSTANCE_NOT_FOUND", `No instance with ID '${instanceId}' found.`);
}

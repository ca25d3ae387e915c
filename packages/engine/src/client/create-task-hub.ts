import { eventMessage } from "../decide/record-action";
import { OPERATION_EVENT } from "../decide/entity/request-message";
import type { CompletionSignals } from "../dispatch/completion-signals";
import { DurableHostError } from "../errors";
import type { ExecutionStarted, MessageEvent } from "../model/history-event";
import type { IdSource } from "../model/ids";
import type { InstanceState } from "../model/instance";
import { entityInstanceId } from "../model/instance-id";
import { isTerminal, RUNTIME_STATUSES, type RuntimeStatus } from "../model/runtime-status";
import type { Clock } from "../ports/clock";
import type { Executor } from "../ports/executor";
import type { StorageProvider } from "../ports/storage-provider";
import { getEntity, queryEntities } from "./query-entities";
import { purgeInstances } from "./purge-instances";
import type { StartOptions, TaskHub } from "./task-hub";
import { settleRewind } from "./settle-rewind";
import { validateEntityKey, validateInstanceId } from "./validate-instance-id";
import { waitForCompletion, startAndWait } from "./wait-for-completion";

export interface TaskHubOptions {
  readonly hubName: string;
  readonly provider: StorageProvider;
  /** Knows which functions exist; without it every name is accepted. */
  readonly executor?: Pick<Executor, "knows" | "names">;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly completions: CompletionSignals;
  /** Version of instances whose starter names none (host.json `defaultVersion`). */
  readonly defaultVersion?: string;
  /** Which existing instances a start may replace (host.json `overridableExistingInstanceStates`). */
  readonly replaceable?: "NonRunningStates" | "AnyState";
}

const REPLACEABLE: Record<NonNullable<TaskHubOptions["replaceable"]>, ReadonlySet<RuntimeStatus>> = {
  NonRunningStates: new Set(RUNTIME_STATUSES.filter(isTerminal)),
  AnyState: new Set(RUNTIME_STATUSES),
};

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
    getInstance: (instanceId) => provider.getInstance(instanceId),
    queryInstances: (query) => provider.queryInstances(query),
    readHistory: (instanceId) => provider.readHistory(instanceId),
    raiseEvent: (instanceId, name, input) =>
      tell(options, instanceId, { type: "EventRaised", timestamp: clock.now(), name, input }),
    restart: (instanceId, withNewInstanceId) => restartInstance(options, instanceId, withNewInstanceId),
    async rewind(instanceId, reason) {
      const before = await send(options, instanceId, { type: "ExecutionRewound", timestamp: clock.now(), reason });
      await settleRewind(options, before);
    },
    terminate: (instanceId, reason) =>
      tell(options, instanceId, { type: "ExecutionTerminated", timestamp: clock.now(), reason }),
    suspend: (instanceId, reason) =>
      tell(options, instanceId, { type: "ExecutionSuspended", timestamp: clock.now(), reason }),
    resume: (instanceId, reason) =>
      tell(options, instanceId, { type: "ExecutionResumed", timestamp: clock.now(), reason }),
    purgeInstance: (instanceId) => provider.purgeInstances([instanceId]),
    purgeInstances: (filter) => purgeInstances(provider, filter),
    async signalEntity(id, operation, input, dueAt) {
      validateEntityKey(id.key);
      if (options.executor && !options.executor.knows("entity", id.name)) {
        throw unknownFunction("entity", id.name, options.executor);
      }
      const request = JSON.stringify({ op: operation, signal: true, input, id: ids.newGuid() });
      await provider.sendMessage(eventMessage(entityInstanceId(id), OPERATION_EVENT, request, clock.now(), dueAt));
    },
    getEntity: (id) => getEntity(provider, id),
    queryEntities: (query) => queryEntities(provider, query),
  };
}

function withId(request: StartOptions, ids: IdSource): StartOptions & { readonly instanceId: string } {
  return { ...request, instanceId: request.instanceId ?? ids.newId() };
}

async function startInstance(options: TaskHubOptions, request: StartOptions): Promise<string> {
  const { provider, executor, clock, ids } = options;
  const { instanceId, name } = withId(request, ids);
  validateInstanceId(instanceId);
  if (executor && !executor.knows("orchestration", name)) throw unknownFunction("orchestration", name, executor);
  const start: ExecutionStarted = {
    type: "ExecutionStarted",
    timestamp: clock.now(),
    name,
    version: request.version ?? options.defaultVersion ?? "",
    input: request.input ?? null,
    instance: { instanceId, executionId: ids.newId() },
    ...(request.tags ? { tags: request.tags } : {}),
    ...(request.traceContext ? { traceContext: request.traceContext } : {}),
    ...(request.scheduledStartTime === undefined ? {} : { scheduledStartTime: request.scheduledStartTime }),
  };
  await provider.createInstance(start, REPLACEABLE[options.replaceable ?? "NonRunningStates"]);
  return instanceId;
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
    ...(withNewId ? {} : { instanceId }),
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

function unknownFunction(
  kind: "orchestration" | "entity",
  name: string,
  executor: Pick<Executor, "names">,
): DurableHostError {
  const word = kind === "orchestration" ? "orchestrator" : "entity";
  const known = executor.names(kind).map((each) => `'${each}'`);
  const list =
    known.length > 0
      ? `The following are the known ${word} functions: ${known.join(", ")}`
      : `No ${word} functions are registered`;
  return new DurableHostError(
    "UNKNOWN_FUNCTION",
    `The function '${name}' doesn't exist, is disabled, or is not an ${word} function. Additional info: ${list}.`,
  );
}

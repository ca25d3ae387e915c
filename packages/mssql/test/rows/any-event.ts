import {
  RUNTIME_STATUSES,
  type ActivityTask,
  type FailureDetails,
  type HistoryEvent,
  type InstanceState,
  type TraceContext,
} from "@durable-host/engine";
import fc from "fast-check";

/** Text of any UTF-16 units, among them surrogates without their other half. */
const units = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
  .map((codes) => String.fromCharCode(...codes));

/** What texts may look like that come from apps: empty, JSON, emoji, broken. */
export const anyText = fc.oneof(
  fc.constantFrom("", "{}", "null", '"ü 😀"', '{"ErrorType":"E","ErrorMessage":"m"}', "00-1\n00-2"),
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({ maxLength: 12 }),
  units,
);

const anyName = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ unit: "grapheme", maxLength: 6 }),
  units,
);
const anyPayload = fc.option(anyText);
export const anyTime = fc.oneof(
  fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2100, 0) }),
  fc.integer({ min: 1, max: 10 ** 13 }).map((time) => time / 8),
  fc.constantFrom(0, 8.64e15, -8.64e15, Number.MAX_SAFE_INTEGER),
);
const anyId = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const anyTags = fc.dictionary(fc.string({ maxLength: 6 }), anyText, { noNullPrototype: true, maxKeys: 4 });
const anyTrace: fc.Arbitrary<TraceContext> = fc.record(
  { traceParent: anyText, traceState: fc.oneof(anyText, fc.constantFrom("a=1, b=2", "durabletask-mssql=id:1,a=1")) },
  { requiredKeys: ["traceParent"] },
);

const { failure: anyFailure } = fc.letrec<{ failure: FailureDetails }>((tie) => ({
  failure: fc.record({
    errorType: anyText,
    errorMessage: anyText,
    stackTrace: fc.option(anyText),
    innerFailure: fc.option(tie("failure"), { maxDepth: 2 }),
    isNonRetriable: fc.boolean(),
    properties: fc.option(fc.dictionary(fc.string({ minLength: 1 }), anyText, { noNullPrototype: true, maxKeys: 3 })),
  }),
}));

const anInstance = fc.record({
  instanceId: fc.string({ minLength: 1, maxLength: 20 }),
  executionId: fc.string({ maxLength: 12 }),
});
const aParent = fc.record({ instanceId: anyName, executionId: anyName, name: anyName, taskScheduledId: anyId });

/** An event of a type with these fields, of which all that are optional may be missing. */
function an<T extends HistoryEvent>(
  type: T["type"],
  fields: {
    readonly [K in Exclude<keyof T, "type" | "timestamp">]-?: fc.Arbitrary<NonNullable<T[K]> | Extract<T[K], null>>;
  },
  optional: readonly (keyof T)[] = [],
): fc.Arbitrary<HistoryEvent> {
  const all = { type: fc.constant(type), timestamp: anyTime, ...fields };
  const requiredKeys = Object.keys(all).filter((key) => !optional.includes(key as keyof T));
  return fc.record(all as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys,
  }) as unknown as fc.Arbitrary<HistoryEvent>;
}

type Of<K extends HistoryEvent["type"]> = Extract<HistoryEvent, { readonly type: K }>;

const failed = { taskScheduledId: anyId, reason: anyText, details: anyText, failureDetails: anyFailure };

/** Every type of event, each with all of its fields. */
export const EVENTS_BY_TYPE: { readonly [K in HistoryEvent["type"]]: fc.Arbitrary<HistoryEvent> } = {
  OrchestratorStarted: an<Of<"OrchestratorStarted">>("OrchestratorStarted", {}),
  OrchestratorCompleted: an<Of<"OrchestratorCompleted">>(
    "OrchestratorCompleted",
    { span: fc.record({ spanId: anyText, startedAt: anyTime }) },
    ["span"],
  ),
  ExecutionStarted: an<Of<"ExecutionStarted">>(
    "ExecutionStarted",
    {
      name: anyName,
      version: anyText,
      input: anyPayload,
      instance: anInstance,
      parent: aParent,
      tags: anyTags,
      traceContext: anyTrace,
      scheduledStartTime: anyTime,
    },
    ["parent", "tags", "traceContext", "scheduledStartTime"],
  ),
  ExecutionCompleted: an<Of<"ExecutionCompleted">>(
    "ExecutionCompleted",
    { eventId: anyId, status: fc.constantFrom(...RUNTIME_STATUSES), result: anyPayload, failureDetails: anyFailure },
    ["failureDetails"],
  ),
  ExecutionTerminated: an<Of<"ExecutionTerminated">>(
    "ExecutionTerminated",
    { reason: anyPayload, recurse: fc.boolean(), parent: anInstance },
    ["recurse", "parent"],
  ),
  ExecutionSuspended: an<Of<"ExecutionSuspended">>("ExecutionSuspended", { reason: anyPayload }),
  ExecutionResumed: an<Of<"ExecutionResumed">>("ExecutionResumed", { reason: anyPayload }),
  ExecutionRewound: an<Of<"ExecutionRewound">>("ExecutionRewound", { reason: anyPayload, parent: anInstance }, [
    "parent",
  ]),
  TaskScheduled: an<Of<"TaskScheduled">>(
    "TaskScheduled",
    {
      eventId: anyId,
      name: anyName,
      version: anyText,
      input: anyPayload,
      tags: anyTags,
      traceContext: anyTrace,
      retryTimerId: anyId,
    },
    ["version", "tags", "traceContext", "retryTimerId"],
  ),
  TaskCompleted: an<Of<"TaskCompleted">>("TaskCompleted", { taskScheduledId: anyId, result: anyPayload }),
  TaskFailed: an<Of<"TaskFailed">>("TaskFailed", failed, ["failureDetails"]),
  SubOrchestrationCreated: an<Of<"SubOrchestrationCreated">>(
    "SubOrchestrationCreated",
    {
      eventId: anyId,
      name: anyName,
      version: anyText,
      instanceId: anyName,
      input: anyPayload,
      tags: anyTags,
      traceContext: anyTrace,
      retryTimerId: anyId,
    },
    ["version", "tags", "traceContext", "retryTimerId"],
  ),
  SubOrchestrationCompleted: an<Of<"SubOrchestrationCompleted">>("SubOrchestrationCompleted", {
    taskScheduledId: anyId,
    result: anyPayload,
  }),
  SubOrchestrationFailed: an<Of<"SubOrchestrationFailed">>("SubOrchestrationFailed", failed, ["failureDetails"]),
  TimerCreated: an<Of<"TimerCreated">>("TimerCreated", { eventId: anyId, fireAt: anyTime, retryOfId: anyId }, [
    "retryOfId",
  ]),
  TimerFired: an<Of<"TimerFired">>("TimerFired", { timerId: anyId, fireAt: anyTime }),
  EventSent: an<Of<"EventSent">>("EventSent", {
    eventId: anyId,
    instanceId: anyName,
    name: anyName,
    input: anyPayload,
  }),
  EventRaised: an<Of<"EventRaised">>("EventRaised", { name: anyName, input: anyPayload, traceContext: anyTrace }, [
    "traceContext",
  ]),
  ContinueAsNew: an<Of<"ContinueAsNew">>("ContinueAsNew", { eventId: anyId, result: anyPayload }),
};

export const anyState: fc.Arbitrary<InstanceState> = fc.record(
  {
    instanceId: fc.string({ minLength: 1, maxLength: 20 }),
    executionId: fc.string({ maxLength: 12 }),
    name: anyName,
    version: anyText,
    runtimeStatus: fc.constantFrom(...RUNTIME_STATUSES),
    input: anyPayload,
    output: anyPayload,
    customStatus: anyPayload,
    failureDetails: anyFailure,
    parentInstanceId: fc.string({ maxLength: 20 }),
    tags: anyTags,
    createdAt: fc.integer({ min: 0, max: 10 ** 13 }),
    lastUpdatedAt: fc.integer({ min: 0, max: 10 ** 13 }),
    completedAt: fc.integer({ min: 0, max: 10 ** 13 }),
  },
  {
    requiredKeys: [
      ...["instanceId", "executionId", "name", "version", "runtimeStatus", "input", "output", "customStatus"],
      ...["createdAt", "lastUpdatedAt"],
    ] as (keyof InstanceState)[],
  },
) as fc.Arbitrary<InstanceState>;

export const anyTask: fc.Arbitrary<ActivityTask> = fc.record(
  {
    instanceId: anyName,
    executionId: fc.string({ maxLength: 12 }),
    taskId: anyId,
    name: anyName,
    version: anyText,
    input: anyPayload,
    traceContext: anyTrace,
  },
  { requiredKeys: ["instanceId", "executionId", "taskId", "name", "input"] },
) as fc.Arbitrary<ActivityTask>;

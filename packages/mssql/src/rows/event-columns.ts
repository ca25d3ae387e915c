import {
  isMessageEvent,
  instanceKind,
  RUNTIME_STATUSES,
  type ExecutionStarted,
  type FailureDetails,
  type HistoryEvent,
  type RuntimeStatus,
  type TaskFailure,
} from "@durable-host/engine";
import { checkedText, COLUMN_BYTES, columnTime } from "./column-limits";
import { failureJson, parseFailureJson } from "./failure-json";
import type { Tags } from "./tags-column";
import { parseTraceColumn, traceColumn } from "./trace-column";

/** What Microsoft's columns of one row of NewEvents or History say. Times are milliseconds since the epoch. */
export interface EventColumns {
  /** Microsoft's name of the event's type, at most 40 bytes. */
  readonly eventType: string;
  readonly taskId: number | null;
  readonly name: string | null;
  readonly runtimeStatus: string | null;
  readonly timestamp: number;
  readonly visibleTime: number | null;
  /** Encoding sets it only for a start, which begins this execution; otherwise the writer knows it. */
  readonly executionId: string | null;
  readonly text: string | null;
  readonly reason: string | null;
  readonly traceContext: string | null;
  readonly isPlayed: boolean;
}

/** The instance a row belongs to. What History has no column for is read from it, unless HostData says it. */
export interface EventOwner {
  readonly instanceId: string;
  readonly executionId: string;
  readonly version?: string | null;
  readonly parentInstanceId?: string | null;
  readonly tags?: Tags;
  /** Ids of its children by the id under which it started them, for rows of Microsoft's provider, which have none. */
  readonly childInstanceIds?: ReadonlyMap<number, string>;
}

type Cells = Partial<Omit<EventColumns, "eventType" | "timestamp">>;

/** What Microsoft's provider makes of events that a rewind takes back, and wakes the rewound instance with. */
export const GENERIC_EVENT = "GenericEvent";

/** Names of the events that carry operations to entities; the second is followed by an ISO time (contract §3.7). */
export const OPERATION = "op";
export const SCHEDULED_OPERATION = "op@";

/** The columns of an event as Microsoft's provider fills them (contract §3.1). */
export function columnsOf(event: HistoryEvent): EventColumns {
  return {
    taskId: null,
    name: null,
    runtimeStatus: null,
    visibleTime: null,
    executionId: null,
    text: null,
    reason: null,
    traceContext: null,
    // What came to the instance from outside is written as played, what it produces is not.
    isPlayed: isMessageEvent(event),
    ...cellsOf(event),
    eventType: MICROSOFT_NAMES[event.type] ?? event.type,
    timestamp: columnTime(event.timestamp, `The time of ${event.type}`),
  };
}

/** Names that differ from the engine's. Microsoft's provider knows no rewind: it queues a generic event with the reason. */
const MICROSOFT_NAMES: Partial<Record<HistoryEvent["type"], string>> = {
  ExecutionRewound: GENERIC_EVENT,
  SubOrchestrationCreated: "SubOrchestrationInstanceCreated",
  SubOrchestrationCompleted: "SubOrchestrationInstanceCompleted",
  SubOrchestrationFailed: "SubOrchestrationInstanceFailed",
};

function cellsOf(event: HistoryEvent): Cells {
  switch (event.type) {
    case "OrchestratorStarted":
    case "OrchestratorCompleted":
      return {};
    case "ExecutionStarted":
      return startCells(event);
    case "ExecutionCompleted": {
      const text = event.failureDetails ? failureJson(event.failureDetails) : event.result;
      return { taskId: event.eventId, runtimeStatus: event.status, text };
    }
    case "ExecutionTerminated":
      // Unused by Microsoft's provider. Ours does not hand out a scheduled start for the sake of such a termination.
      return { text: event.reason, name: event.parent ? nameCell(event.parent.instanceId) : null };
    case "ExecutionSuspended":
    case "ExecutionResumed":
    case "ExecutionRewound":
      return { text: event.reason };
    case "TaskScheduled": {
      const { eventId, name, input, traceContext } = event;
      return { taskId: eventId, name: nameCell(name), text: input, traceContext: traceColumn(traceContext) };
    }
    case "SubOrchestrationCreated":
    case "EventSent":
      return { taskId: event.eventId, name: nameCell(event.name), text: event.input };
    case "TaskCompleted":
    case "SubOrchestrationCompleted":
      return { taskId: event.taskScheduledId, text: event.result };
    case "TaskFailed":
    case "SubOrchestrationFailed":
      return { taskId: event.taskScheduledId, ...failureCells(event) };
    case "TimerCreated":
      return { taskId: event.eventId, visibleTime: columnTime(event.fireAt, `The time of timer ${event.eventId}`) };
    case "TimerFired":
      return { taskId: event.timerId, visibleTime: columnTime(event.fireAt, `The time of timer ${event.timerId}`) };
    case "EventRaised":
      return { name: nameCell(event.name), text: event.input, traceContext: traceColumn(event.traceContext) };
    case "ContinueAsNew":
      return { taskId: event.eventId, text: event.result };
  }
}

function startCells({ name, input, instance, parent, traceContext }: ExecutionStarted): Cells {
  return {
    taskId: parent?.taskScheduledId ?? null,
    name: nameCell(name),
    executionId: checkedText(instance.executionId, COLUMN_BYTES.executionId, "The execution id"),
    text: input,
    traceContext: traceColumn(traceContext),
  };
}

function nameCell(name: string): string {
  return checkedText(name, COLUMN_BYTES.name, "The name");
}

function failureCells({ reason, details, failureDetails }: TaskFailure): Cells {
  return { reason, text: failureDetails ? failureJson(failureDetails) : details };
}

/**
 * The event that columns alone tell of; undefined where they tell of none that the engine knows.
 * What Microsoft's provider does not store (a child's id, the target of an event, the parent's execution) is empty text.
 */
export function eventOf(columns: EventColumns, owner: Partial<EventOwner>): HistoryEvent | undefined {
  const { eventType, timestamp, text } = columns;
  const id = columns.taskId ?? -1;
  const name = columns.name ?? "";
  const fireAt = columns.visibleTime ?? timestamp;
  switch (eventType) {
    case "OrchestratorStarted":
    case "OrchestratorCompleted":
      return { type: eventType, timestamp };
    case "ExecutionStarted":
      return startOf(columns, owner);
    case "ExecutionCompleted":
      return completionOf(columns);
    case "ExecutionTerminated":
    case "ExecutionSuspended":
    case "ExecutionResumed":
      return { type: eventType, timestamp, reason: text };
    case "TaskScheduled":
      return { type: eventType, timestamp, eventId: id, name, input: text, ...traceOf(columns) };
    case "SubOrchestrationInstanceCreated": {
      const instanceId = owner.childInstanceIds?.get(id) ?? "";
      return { type: "SubOrchestrationCreated", timestamp, eventId: id, name, instanceId, input: text };
    }
    case "EventSent":
      return { type: eventType, timestamp, eventId: id, instanceId: "", name, input: text };
    case "TaskCompleted":
      return { type: eventType, timestamp, taskScheduledId: id, result: text };
    case "SubOrchestrationInstanceCompleted":
      return { type: "SubOrchestrationCompleted", timestamp, taskScheduledId: id, result: text };
    case "TaskFailed":
      return { type: eventType, timestamp, taskScheduledId: id, ...failureOf(columns) };
    case "SubOrchestrationInstanceFailed":
      return { type: "SubOrchestrationFailed", timestamp, taskScheduledId: id, ...failureOf(columns) };
    case "TimerCreated":
      return { type: eventType, timestamp, eventId: id, fireAt };
    case "TimerFired":
      return { type: eventType, timestamp, timerId: id, fireAt };
    case "EventRaised":
      return { type: eventType, timestamp, name: raisedName(name, owner), input: text, ...traceOf(columns) };
    case "ContinueAsNew":
      return { type: eventType, timestamp, eventId: id, result: text };
    case GENERIC_EVENT:
      // One that was taken back has kept its payload: its text is no reason.
      return { type: "ExecutionRewound", timestamp, reason: columns.taskId === null ? text : columns.reason };
    default:
      return undefined;
  }
}

/** Microsoft names an operation that an entity is not to execute yet after its time; the engine has one name for all. */
function raisedName(name: string, { instanceId = "" }: Partial<EventOwner>): string {
  return instanceKind(instanceId) === "entity" && name.startsWith(SCHEDULED_OPERATION) ? OPERATION : name;
}

function startOf(columns: EventColumns, owner: Partial<EventOwner>): ExecutionStarted {
  const { timestamp, taskId, name, text, visibleTime } = columns;
  const { instanceId = "", version, parentInstanceId, tags } = owner;
  return {
    type: "ExecutionStarted",
    timestamp,
    name: name ?? "",
    version: version ?? "",
    input: text,
    instance: { instanceId, executionId: columns.executionId ?? owner.executionId ?? "" },
    ...(parentInstanceId && {
      parent: { instanceId: parentInstanceId, executionId: "", name: "", taskScheduledId: taskId ?? -1 },
    }),
    ...(tags && { tags }),
    ...traceOf(columns),
    ...(visibleTime !== null && { scheduledStartTime: visibleTime }),
  };
}

function completionOf(columns: EventColumns): HistoryEvent | undefined {
  const { timestamp, taskId, text } = columns;
  const status = statusOf(columns.runtimeStatus);
  if (status === undefined) return undefined;
  const failureDetails = status === "Failed" ? parseFailureJson(text) : undefined;
  return {
    type: "ExecutionCompleted",
    timestamp,
    eventId: taskId ?? -1,
    status,
    result: failureDetails?.errorMessage ?? text,
    ...(failureDetails && { failureDetails }),
  };
}

function failureOf({ text, reason }: EventColumns): TaskFailure {
  const failureDetails = parseFailureJson(text);
  if (!failureDetails) return { reason: reason ?? text ?? "", details: text ?? reason ?? "" };
  return { reason: reason ?? failureDetails.errorMessage, details: detailsOf(failureDetails), failureDetails };
}

function detailsOf({ stackTrace, errorMessage }: FailureDetails): string {
  return stackTrace ?? errorMessage;
}

function traceOf({ traceContext }: EventColumns): Pick<ExecutionStarted, "traceContext"> {
  const context = parseTraceColumn(traceContext);
  return context ? { traceContext: context } : {};
}

/** A runtime status by its name; undefined for a name that is none. */
export function statusOf(name: string | null): RuntimeStatus | undefined {
  return RUNTIME_STATUSES.find((status) => status === name);
}

import type { FailureDetails, HistoryEvent } from "@durable-host/engine";

/** Event numbers of the out-of-process protocol (durable contract §1.2). */
const EVENT_TYPE = {
  ExecutionStarted: 0,
  ExecutionCompleted: 1,
  ExecutionTerminated: 3,
  TaskScheduled: 4,
  TaskCompleted: 5,
  TaskFailed: 6,
  SubOrchestrationCreated: 7,
  SubOrchestrationCompleted: 8,
  SubOrchestrationFailed: 9,
  TimerCreated: 10,
  TimerFired: 11,
  OrchestratorStarted: 12,
  OrchestratorCompleted: 13,
  EventSent: 14,
  EventRaised: 15,
  ContinueAsNew: 16,
  ExecutionSuspended: 19,
  ExecutionResumed: 20,
  ExecutionRewound: 21,
} satisfies Record<HistoryEvent["type"], number>;

/** An event in the shape the SDK replays. Times are Dates, which the SDK would otherwise make of the text. */
export function toWireEvent(event: HistoryEvent, isPlayed: boolean): object {
  return {
    EventType: EVENT_TYPE[event.type],
    EventId: "eventId" in event ? event.eventId : -1,
    IsPlayed: isPlayed,
    Timestamp: new Date(event.timestamp),
    ...wireFields(event),
  };
}

function wireFields(event: HistoryEvent): object {
  switch (event.type) {
    case "ExecutionStarted":
      return {
        Name: event.name,
        Version: event.version,
        Input: event.input,
        OrchestrationInstance: { InstanceId: event.instance.instanceId, ExecutionId: event.instance.executionId },
        Tags: event.tags ?? null,
      };
    case "TaskCompleted":
    case "SubOrchestrationCompleted":
      return { TaskScheduledId: event.taskScheduledId, Result: event.result };
    case "TaskFailed":
    case "SubOrchestrationFailed":
      return {
        TaskScheduledId: event.taskScheduledId,
        Reason: event.reason,
        Details: event.details,
        FailureDetails: event.failureDetails ? toWireFailure(event.failureDetails) : null,
      };
    case "TimerFired":
      return { TimerId: event.timerId, FireAt: new Date(event.fireAt) };
    case "EventRaised":
      return { Name: event.name, Input: event.input };
    case "EventSent":
      return { InstanceId: event.instanceId, Name: event.name, Input: event.input };
    default:
      // The SDK reads nothing more of the other events (contract §1.2, column R).
      return {};
  }
}

function toWireFailure(failure: FailureDetails): object {
  return {
    ErrorType: failure.errorType,
    ErrorMessage: failure.errorMessage,
    StackTrace: failure.stackTrace,
    InnerFailure: failure.innerFailure ? toWireFailure(failure.innerFailure) : null,
    IsNonRetriable: failure.isNonRetriable,
    Properties: failure.properties,
  };
}

interface WireFailure {
  readonly ErrorType?: string;
  readonly ErrorMessage?: string;
  readonly StackTrace?: string | null;
  readonly InnerFailure?: WireFailure | null;
  readonly IsNonRetriable?: boolean;
  readonly Properties?: Record<string, unknown> | null;
}

/** Failure details as the SDK reports them for an uncaught TaskFailedError (contract §2.2). */
export function fromWireFailure(value: unknown): FailureDetails | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const failure = value as WireFailure;
  return {
    errorType: failure.ErrorType ?? "Error",
    errorMessage: failure.ErrorMessage ?? "",
    stackTrace: failure.StackTrace ?? null,
    innerFailure: fromWireFailure(failure.InnerFailure) ?? null,
    isNonRetriable: failure.IsNonRetriable ?? false,
    properties: failure.Properties ?? null,
  };
}

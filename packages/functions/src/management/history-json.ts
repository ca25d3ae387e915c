import type { FailureDetails, HistoryEvent, JsonText, TaskFailure } from "@durable-host/engine";

export interface HistoryView {
  readonly showInput: boolean;
  readonly showOutput: boolean;
}

type Shown = Record<string, unknown>;
type Scheduling = Extract<HistoryEvent, { readonly type: "TaskScheduled" | "SubOrchestrationCreated" }>;

/**
 * History as status answers show it (contract §5.2): events of an episode's frame are left out, and what was scheduled
 * is merged into its completion.
 */
export function historyJson(events: readonly HistoryEvent[], view: HistoryView): string {
  const scheduled = new Map<number, Scheduling>();
  const completed = new Set<number>();
  for (const event of events) {
    if (event.type === "TaskScheduled" || event.type === "SubOrchestrationCreated") scheduled.set(event.eventId, event);
    if ("taskScheduledId" in event) completed.add(event.taskScheduledId);
  }
  const shown: Shown[] = [];
  for (const event of events) {
    if (event.type === "OrchestratorStarted" || event.type === "OrchestratorCompleted") continue;
    if ("eventId" in event && scheduled.get(event.eventId) === event && completed.has(event.eventId)) continue;
    const origin = "taskScheduledId" in event ? scheduled.get(event.taskScheduledId) : undefined;
    shown.push({ ...show(event, view), ...(origin && showOrigin(origin, view)) });
  }
  return JSON.stringify(shown);
}

function showOrigin(origin: Scheduling, view: HistoryView): Shown {
  return { ...shownInput(origin.input, view), ScheduledTime: iso(origin.timestamp), FunctionName: origin.name };
}

function show(event: HistoryEvent, view: HistoryView): Shown {
  return { EventType: eventTypeName(event), Timestamp: iso(event.timestamp), ...showFields(event, view) };
}

function showFields(event: HistoryEvent, view: HistoryView): Shown {
  switch (event.type) {
    case "ExecutionStarted":
      return { FunctionName: event.name, ...shownInput(event.input, view) };
    case "ExecutionCompleted":
      return { OrchestrationStatus: event.status, ...shownOutput(event.result, view) };
    case "ExecutionTerminated":
      return shownInput(event.reason, view);
    case "ExecutionSuspended":
    case "ExecutionResumed":
    case "ExecutionRewound":
      return { Reason: event.reason };
    case "TaskScheduled":
      return { Name: event.name, ...shownInput(event.input, view) };
    case "SubOrchestrationCreated":
      return { Name: event.name, InstanceId: event.instanceId, ...shownInput(event.input, view) };
    case "TaskCompleted":
    case "SubOrchestrationCompleted":
      return shownOutput(event.result, view);
    case "TaskFailed":
    case "SubOrchestrationFailed":
      return shownFailure(event);
    case "TimerCreated":
    case "TimerFired":
      return { FireAt: iso(event.fireAt) };
    case "EventSent":
      return { InstanceId: event.instanceId, Name: event.name, ...shownInput(event.input, view) };
    case "EventRaised":
      return { Name: event.name, ...shownInput(event.input, view) };
    case "ContinueAsNew":
      return shownOutput(event.result, view);
    case "OrchestratorStarted":
    case "OrchestratorCompleted":
      return {};
  }
}

/** Wire names of event types: all but the sub-orchestration ones are the model's own. */
function eventTypeName({ type }: HistoryEvent): string {
  return type.startsWith("SubOrchestration") ? type.replace("SubOrchestration", "SubOrchestrationInstance") : type;
}

function shownInput(input: JsonText | null, view: HistoryView): Shown {
  return view.showInput ? { Input: parsedOrText(input) } : {};
}

function shownOutput(result: JsonText | null, view: HistoryView): Shown {
  return view.showOutput ? { Result: parsedOrText(result) } : {};
}

function shownFailure(failure: TaskFailure): Shown {
  const { reason, details, failureDetails } = failure;
  return { Reason: reason, Details: details, ...(failureDetails && { FailureDetails: pascalCase(failureDetails) }) };
}

/** Wire spelling of failure details (contract §1.2). */
function pascalCase(details: FailureDetails): Shown {
  return {
    ErrorType: details.errorType,
    ErrorMessage: details.errorMessage,
    StackTrace: details.stackTrace,
    InnerFailure: details.innerFailure && pascalCase(details.innerFailure),
    IsNonRetriable: details.isNonRetriable,
    Properties: details.properties,
  };
}

function parsedOrText(text: string | null): unknown {
  if (text === null || text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

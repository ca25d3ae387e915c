import type {
  EpisodeResult,
  EventRaised,
  ExecutionStarted,
  HistoryEvent,
  InstanceState,
  MessageEvent,
  StoredMessage,
} from "@durable-host/engine";

export const T0 = Date.UTC(2030, 0, 1);

export function aStart(fields: Partial<ExecutionStarted> = {}): ExecutionStarted {
  return {
    type: "ExecutionStarted",
    timestamp: T0,
    name: "order",
    version: "",
    input: '"in"',
    instance: { instanceId: "i1", executionId: "e1" },
    ...fields,
  };
}

export function anInstance(fields: Partial<InstanceState> = {}): InstanceState {
  return {
    instanceId: "i1",
    executionId: "e1",
    name: "order",
    version: "",
    runtimeStatus: "Pending",
    input: '"in"',
    output: null,
    customStatus: null,
    createdAt: T0,
    lastUpdatedAt: T0,
    ...fields,
  };
}

export function messages(...events: MessageEvent[]): StoredMessage[] {
  return events.map((event, index) => ({ instanceId: "i1", event, sequenceNumber: index + 1 }));
}

export const begun = (timestamp = T0): HistoryEvent => ({ type: "OrchestratorStarted", timestamp });
export const done = (timestamp = T0): HistoryEvent => ({ type: "OrchestratorCompleted", timestamp });

export function scheduled(eventId: number, name = "work"): HistoryEvent {
  return { type: "TaskScheduled", timestamp: T0, eventId, name, input: null };
}

export function completed(taskScheduledId: number, result: string | null = "1"): MessageEvent & HistoryEvent {
  return { type: "TaskCompleted", timestamp: T0, taskScheduledId, result };
}

export function raised(name: string, input: string | null = null): EventRaised {
  return { type: "EventRaised", timestamp: T0, name, input };
}

export const suspended: MessageEvent = { type: "ExecutionSuspended", timestamp: T0, reason: null };
export const resumed: MessageEvent = { type: "ExecutionResumed", timestamp: T0, reason: null };
export const terminated: MessageEvent = { type: "ExecutionTerminated", timestamp: T0, reason: "enough" };

export function aResult(fields: Partial<EpisodeResult> = {}): EpisodeResult {
  return { actions: [], replayed: false, canceledTimers: [], ...fields };
}

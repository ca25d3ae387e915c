import type { HistoryEvent } from "@durable-host/engine";
import type { InstanceOutcome } from "./outcome";

/** What is wrong with the history of an instance, whatever was done to it; empty when nothing is. */
export function defectsOf({ instance, history }: InstanceOutcome): readonly string[] {
  return [
    ...episodeDefects(history),
    ...idDefects(history),
    ...timeDefects(history),
    ...endDefects(history, instance.runtimeStatus),
  ].map((defect) => `${instance.instanceId}: ${defect}`);
}

/** Every episode has a beginning and an end, and everything belongs to one. */
function episodeDefects(history: readonly HistoryEvent[]): string[] {
  const defects: string[] = [];
  let open = false;
  for (const [index, { type }] of history.entries()) {
    if (type === "OrchestratorStarted") {
      if (open) defects.push(`an episode begins inside of another at ${index}`);
      open = true;
    } else if (!open) defects.push(`${type} at ${index} is outside of any episode`);
    if (type === "OrchestratorCompleted") open = false;
  }
  if (open) defects.push("the last episode has no end");
  if (history.length > 0 && history[1]?.type !== "ExecutionStarted") defects.push("it does not begin with its start");
  return defects;
}

/** Each id is scheduled once, completed at most once, and only after it was scheduled. */
function idDefects(history: readonly HistoryEvent[]): string[] {
  const defects: string[] = [];
  const open = new Map<number, string>();
  let next = 0;
  for (const event of history) {
    if ("eventId" in event) {
      if (event.eventId !== next) defects.push(`${event.type} has the id ${event.eventId} instead of ${next}`);
      next = event.eventId + 1;
      open.set(event.eventId, event.type);
      continue;
    }
    const answered = answeredBy(event);
    if (!answered) continue;
    if (open.get(answered.id) !== answered.type)
      defects.push(`${event.type} answers ${answered.id}, which is not open`);
    open.delete(answered.id);
  }
  return defects;
}

function answeredBy(event: HistoryEvent): { readonly id: number; readonly type: HistoryEvent["type"] } | undefined {
  switch (event.type) {
    case "TaskCompleted":
    case "TaskFailed":
      return { id: event.taskScheduledId, type: "TaskScheduled" };
    case "SubOrchestrationCompleted":
    case "SubOrchestrationFailed":
      return { id: event.taskScheduledId, type: "SubOrchestrationCreated" };
    case "TimerFired":
      return { id: event.timerId, type: "TimerCreated" };
    default:
      return undefined;
  }
}

function timeDefects(history: readonly HistoryEvent[]): string[] {
  let last = 0;
  const defects: string[] = [];
  for (const event of history) {
    if (event.type === "TimerFired" && event.timestamp < event.fireAt) defects.push(`timer ${event.timerId} was early`);
    if (event.type !== "OrchestratorStarted") continue;
    if (event.timestamp < last) defects.push("an episode is before the one that precedes it");
    last = event.timestamp;
  }
  return defects;
}

/** The stored status is what the history says. */
function endDefects(history: readonly HistoryEvent[], status: string): string[] {
  const ends = history.filter((event) => event.type === "ExecutionCompleted");
  if (ends.length > 1) return ["it ends more than once"];
  const [end] = ends;
  if (end) return end.status === status ? [] : [`it is ${status}, but its history ends ${end.status}`];
  if (history.length === 0) return status === "Pending" ? [] : [`it is ${status} without a history`];
  const switches = history.filter(({ type }) => type === "ExecutionSuspended" || type === "ExecutionResumed");
  const expected = switches.at(-1)?.type === "ExecutionSuspended" ? "Suspended" : "Running";
  return status === expected ? [] : [`it is ${status}, but by its history ${expected}`];
}

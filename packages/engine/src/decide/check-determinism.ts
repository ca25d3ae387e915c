import type { OrchestratorAction } from "../model/action";
import type { HistoryEvent } from "../model/history-event";

interface Scheduled {
  readonly id: number;
  readonly what: string;
  readonly name: string;
}

/**
 * Compares what a replay asked for with what history says the earlier run asked for.
 * Returns what differs first, in words for the author of the orchestrator, or undefined.
 * Names are compared without regard to case (contract §2.4).
 */
export function findNonDeterminism(
  history: readonly HistoryEvent[],
  actions: readonly OrchestratorAction[],
): string | undefined {
  const replayed = new Map(actions.map((action) => [action.id, describeAction(action)]));
  for (const event of history) {
    const before = describeEvent(event);
    if (!before) continue;
    const after = replayed.get(before.id);
    if (after && after.what === before.what && after.name.toLowerCase() === before.name.toLowerCase()) continue;
    const now = after ? `it asked for ${label(after)} at that position` : "it asked for nothing at that position";
    return (
      `Non-deterministic orchestrator: A previous execution of this orchestration scheduled ${label(before)} ` +
      `with sequence ID ${before.id}, but when its code was replayed ${now}. ` +
      "Was the code changed while instances of it were running, or does it depend on something that is not in its history " +
      "(time, random numbers, environment, I/O)?"
    );
  }
  return undefined;
}

function label(scheduled: Scheduled): string {
  return scheduled.name ? `${scheduled.what} named '${scheduled.name}'` : scheduled.what;
}

function describeEvent(event: HistoryEvent): Scheduled | undefined {
  switch (event.type) {
    case "TaskScheduled":
      return { id: event.eventId, what: "an activity task", name: event.name };
    case "TimerCreated":
      return { id: event.eventId, what: "a timer task", name: "" };
    case "SubOrchestrationCreated":
      return { id: event.eventId, what: "a sub-orchestration task", name: event.name };
    case "EventSent":
      return { id: event.eventId, what: "an event", name: `${event.name} to ${event.instanceId}` };
    default:
      return undefined;
  }
}

function describeAction(action: OrchestratorAction): Scheduled {
  switch (action.type) {
    case "ScheduleActivity":
      return { id: action.id, what: "an activity task", name: action.name };
    case "CreateTimer":
      return { id: action.id, what: "a timer task", name: "" };
    case "CreateSubOrchestration":
      return { id: action.id, what: "a sub-orchestration task", name: action.name };
    case "SendEvent":
      return { id: action.id, what: "an event", name: `${action.name} to ${action.instanceId}` };
  }
}

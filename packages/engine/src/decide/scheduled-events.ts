import type { EventSent, HistoryEvent } from "../model/history-event";
import type { AnsweredEvent, ScheduledEvent } from "../ports/work-tracer";
import { isLockRequest, parseRequest } from "./entity/request-message";

/** What an execution has asked for and got no answer to: by event id, entity calls by the id of their request. */
export type ScheduledEvents = Map<number | string, ScheduledEvent>;

/** What a history leaves open. */
export function scheduledIn(history: readonly HistoryEvent[]): ScheduledEvents {
  const scheduled: ScheduledEvents = new Map();
  for (const event of history) {
    takeAnswered(scheduled, event);
    noteScheduled(scheduled, event);
  }
  return scheduled;
}

/** Adds an event that asks for something. */
export function noteScheduled(scheduled: ScheduledEvents, event: HistoryEvent): void {
  switch (event.type) {
    case "TaskScheduled":
    case "SubOrchestrationCreated":
    case "TimerCreated":
      scheduled.set(event.eventId, event);
      return;
    case "EventSent": {
      const id = calledRequest(event);
      if (id !== undefined) scheduled.set(id, event);
      return;
    }
    default:
      return;
  }
}

/** Takes out what an event answers, if it answers something. */
export function takeAnswered(scheduled: ScheduledEvents, answer: HistoryEvent): AnsweredEvent | undefined {
  const key = answeredKey(answer);
  const found = key === undefined ? undefined : scheduled.get(key);
  if (key === undefined || !found) return undefined;
  scheduled.delete(key);
  return { scheduled: found, answer };
}

function answeredKey(event: HistoryEvent): number | string | undefined {
  switch (event.type) {
    case "TaskCompleted":
    case "TaskFailed":
    case "SubOrchestrationCompleted":
    case "SubOrchestrationFailed":
      return event.taskScheduledId;
    case "TimerFired":
      return event.timerId;
    case "EventRaised":
      return event.name;
    default:
      return undefined;
  }
}

/** The id under which an entity answers; undefined for signals and requests for locks. */
function calledRequest({ input }: EventSent): string | undefined {
  const request = parseRequest(input);
  return request?.op === undefined || request.signal || isLockRequest(request) ? undefined : request.id;
}

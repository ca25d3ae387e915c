import type { EventSent, HistoryEvent, SubOrchestrationCreated, TaskScheduled } from "../../model/history-event";
import { isLockRequest, OPERATION_EVENT, parseRequest } from "../entity/request-message";
import { heldLockAfter, type HeldLock } from "../held-lock";
import type { HeldSection, OpenTask, ResumeWait, RetriedAttempt, TimerWait } from "./explanation";

/** What a history says about what is open at its end. */
export interface OpenTasks {
  /** In the order of their ids. Timers that were cancelled are among them: history does not tell. */
  readonly tasks: readonly OpenTask[];
  readonly holds: HeldSection | undefined;
  readonly suspended: ResumeWait | undefined;
}

/** Folds the history of one execution into what it leaves open. Nothing is, once the execution has ended. */
export function openTasks(history: readonly HistoryEvent[]): OpenTasks {
  const fold = new OpenTaskFold();
  for (const event of history) fold.apply(event);
  return fold.result();
}

class OpenTaskFold {
  readonly #open = new Map<number, OpenTask>();
  /** Attempts of tasks, by their own id and by that of the timer that follows them. */
  readonly #attempts = new Map<number, RetriedAttempt>();
  /** Ids of open entity requests, by the name of the event that answers them. */
  readonly #requests = new Map<string, number>();
  #lock: HeldLock | undefined;
  #grantedAt: number | undefined;
  #suspended: ResumeWait | undefined;
  #ended = false;

  apply(event: HistoryEvent): void {
    switch (event.type) {
      case "TaskScheduled":
      case "SubOrchestrationCreated":
        return this.#schedule(event);
      case "TimerCreated": {
        const { eventId: id, timestamp: since, fireAt, retryOfId } = event;
        const retryOf = retryOfId === undefined ? undefined : this.#attempts.get(retryOfId);
        if (retryOf !== undefined) this.#attempts.set(id, retryOf);
        const timer: TimerWait = { type: "Timer", id, since, fireAt, ...(retryOf && { retryOf }) };
        this.#open.set(id, timer);
        return;
      }
      case "TaskCompleted":
      case "TaskFailed":
      case "SubOrchestrationCompleted":
      case "SubOrchestrationFailed":
        this.#open.delete(event.taskScheduledId);
        return;
      case "TimerFired":
        this.#open.delete(event.timerId);
        return;
      case "EventSent":
        return this.#sent(event);
      case "EventRaised":
        return this.#answered(event.name, event.timestamp);
      case "ExecutionSuspended":
        this.#suspended = { type: "Resume", since: event.timestamp, reason: event.reason };
        return;
      case "ExecutionResumed":
        this.#suspended = undefined;
        return;
      case "ExecutionCompleted":
        this.#ended = true;
        return;
      default:
        return;
    }
  }

  result(): OpenTasks {
    if (this.#ended) return { tasks: [], holds: undefined, suspended: undefined };
    const lock = this.#lock;
    const holds = lock && this.#grantedAt !== undefined ? { ...lock, since: this.#grantedAt } : undefined;
    return { tasks: [...this.#open.values()].sort((a, b) => a.id - b.id), holds, suspended: this.#suspended };
  }

  #schedule(event: TaskScheduled | SubOrchestrationCreated): void {
    const { eventId: id, timestamp: since, name, retryTimerId } = event;
    const type = event.type === "TaskScheduled" ? "Activity" : "SubOrchestration";
    const before = retryTimerId === undefined ? undefined : this.#attempts.get(retryTimerId);
    const attempt = (before?.attempt ?? 0) + 1;
    this.#attempts.set(id, { type, id, name, attempt });
    const task = { id, since, name, attempt };
    this.#open.set(
      id,
      event.type === "TaskScheduled"
        ? { type: "Activity", ...task }
        : { type: "SubOrchestration", ...task, instanceId: event.instanceId },
    );
  }

  #sent(event: EventSent): void {
    this.#lock = heldLockAfter(this.#lock, event);
    if (this.#lock === undefined) this.#grantedAt = undefined;
    const request = event.name === OPERATION_EVENT ? parseRequest(event.input) : undefined;
    if (request === undefined || request.signal === true) return;
    const task = { id: event.eventId, since: event.timestamp, requestId: request.id };
    this.#requests.set(request.id, event.eventId);
    if (!isLockRequest(request)) {
      const operation = request.op ?? "";
      this.#open.set(event.eventId, { type: "EntityCall", ...task, entity: event.instanceId, operation });
      return;
    }
    this.#grantedAt = undefined;
    const entities = this.#lock?.entities ?? [];
    this.#open.set(event.eventId, { type: "CriticalSection", ...task, entities, acquired: [] });
  }

  #answered(requestId: string, at: number): void {
    const id = this.#requests.get(requestId);
    if (id === undefined) return;
    this.#requests.delete(requestId);
    this.#open.delete(id);
    if (this.#lock?.requestId === requestId) this.#grantedAt = at;
  }
}

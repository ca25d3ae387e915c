import type {
  CreateSubOrchestration,
  EntityId,
  HistoryEvent,
  OrchestratorAction,
  ScheduleActivity,
} from "@durable-host/engine";
import {
  lockRequest,
  operationRequest,
  releaseRequest,
  sortedWithoutRepeats,
  type RequestSender,
} from "./entity-requests";
import { HttpCalls } from "./http-calls";
import { toJson } from "./json";
import { afterFailure, type Attempts } from "./retry";
import type { SdkAction, SdkRetryOptions } from "./sdk-executor";

type ScheduleAgain = (id: number) => ScheduleActivity | CreateSubOrchestration;

interface RetryingTask extends Attempts {
  readonly schedule: ScheduleAgain;
}

/** What an event brings about before the SDK sees it. */
interface EventEffect {
  readonly actions: readonly OrchestratorAction[];
  /** The task whose retrying must end now. */
  readonly lastAttempt?: number;
  /** What the SDK is to be shown instead of the event. */
  readonly shown?: HistoryEvent;
}

interface HeldLockSet {
  readonly requestId: string;
  readonly entities: readonly EntityId[];
}

/**
 * Gives the SDK's actions the ids that the SDK itself counts (durable contract §2.4).
 *
 * Neither side transmits ids, both count, so the order of counting is the contract:
 * N1 for each event, first `beforeEvent` (a failed attempt takes an id for its timer, a fired retry timer one for the next
 *    attempt), then the SDK processes the event, then `takeActions` numbers what the code asked for in answer;
 * N2 an action object that was numbered before is the same task yielded again, and takes no id
 *    (upstream schedules it twice: contract §2.7, first row);
 * N3 compound actions take no id themselves; their children are numbered depth first, left to right;
 * N4 an HTTP answer that sends to another place takes two ids at once, for a timer and for the request after it; the second
 *    is used when the timer fires, so that ids do not always ascend in time.
 */
export class ActionNumbering {
  readonly #sender: RequestSender;
  readonly #numbered = new WeakSet<SdkAction>();
  readonly #attempts = new Map<number, RetryingTask>();
  readonly #retryTimers = new Map<number, RetryingTask | undefined>();
  readonly #timers = new Map<number, { readonly isCanceled: boolean }>();
  readonly #httpCalls: HttpCalls;
  #lockSet: HeldLockSet | undefined;
  #nextId = 0;

  /** `httpPollMs`: delay between polls of `callHttp`, in milliseconds, for answers that name none. */
  constructor(sender: RequestSender, httpPollMs: number) {
    this.#sender = sender;
    this.#httpCalls = new HttpCalls(httpPollMs);
  }

  /** Ids that an event takes by itself. */
  beforeEvent(event: HistoryEvent, now: number): EventEffect {
    switch (event.type) {
      case "TaskCompleted": {
        this.#attempts.delete(event.taskScheduledId);
        const { timer, shown } = this.#httpCalls.answered(event, now, () => this.#nextId++);
        return { actions: timer ? [timer] : [], ...(shown ? { shown } : {}) };
      }
      case "SubOrchestrationCompleted":
        this.#attempts.delete(event.taskScheduledId);
        return { actions: [] };
      case "TaskFailed":
      case "SubOrchestrationFailed":
        return this.#attemptFailed(event.taskScheduledId, now, event.failureDetails?.isNonRetriable ?? false);
      case "TimerFired":
        this.#timers.delete(event.timerId);
        return { actions: this.#followingTimer(event.timerId) };
      default:
        return { actions: [] };
    }
  }

  /** Numbers what the code has asked for. `now` is the orchestration's current time (milliseconds since the epoch). */
  takeActions(actions: readonly SdkAction[], now: number): readonly OrchestratorAction[] {
    return actions.flatMap((action) => this.#number(action, now));
  }

  /** Timers the code has cancelled and that have not fired. */
  canceledTimers(): readonly number[] {
    const canceled: number[] = [];
    for (const [id, timer] of this.#timers) if (timer.isCanceled) canceled.push(id);
    return canceled;
  }

  #number(action: SdkAction, now: number): readonly OrchestratorAction[] {
    if (this.#numbered.has(action)) return [];
    this.#numbered.add(action);
    switch (action.actionType) {
      case 0:
        return [activity(this.#nextId++, action.functionName, action.input)];
      case 1:
        return this.#firstAttempt(action.retryOptions, now, (id) => activity(id, action.functionName, action.input));
      case 2:
        return [subOrchestration(this.#nextId++, action)];
      case 3:
        return this.#firstAttempt(action.retryOptions, now, (id) => subOrchestration(id, action));
      case 5:
        return [this.#timer(action)];
      case 7:
        return [operationRequest(this.#nextId++, action, this.#sender)];
      case 8:
        return [this.#httpCalls.first(this.#nextId++, action.httpRequest)];
      case 9:
        return [operationRequest(this.#nextId++, action, this.#sender, {})];
      case 10:
        return [operationRequest(this.#nextId++, action, this.#sender, { dueAt: timeOf(action.fireAt) })];
      case 11:
      case 12:
        return this.takeActions(action.compoundActions, now);
      case 13:
        this.#lockSet = { requestId: action.lockRequestId, entities: sortedWithoutRepeats(action.lockSet) };
        return [lockRequest(this.#nextId++, action.lockRequestId, action.lockSet, this.#sender)];
      case 14:
        return this.#release();
      case 4: // ends the execution, see episode-outcome.ts
      case 6: // waits, and asks for nothing
        return [];
      default:
        throw new Error(
          `The orchestrator asked for an action of type ${(action as SdkAction).actionType}, which this version of durable-host does not know.`,
        );
    }
  }

  #timer(action: Extract<SdkAction, { actionType: 5 }>): OrchestratorAction {
    const fireAt = timeOf(action.fireAt);
    const id = this.#nextId++;
    this.#timers.set(id, action);
    return { type: "CreateTimer", id, fireAt };
  }

  #firstAttempt(options: SdkRetryOptions, now: number, schedule: ScheduleAgain): readonly OrchestratorAction[] {
    const id = this.#nextId++;
    this.#attempts.set(id, { options, attempt: 1, firstStartedAt: now, schedule });
    return [schedule(id)];
  }

  #attemptFailed(taskId: number, now: number, isNonRetriable: boolean): EventEffect {
    this.#httpCalls.failed(taskId);
    const task = this.#attempts.get(taskId);
    if (!task) return { actions: [] };
    this.#attempts.delete(taskId);
    const { fireAt, last } = afterFailure(task, now, isNonRetriable);
    const timerId = this.#nextId++;
    this.#retryTimers.set(timerId, last ? undefined : { ...task, attempt: task.attempt + 1 });
    return {
      actions: [{ type: "CreateTimer", id: timerId, fireAt, retryOfId: taskId }],
      ...(last ? { lastAttempt: taskId } : {}),
    };
  }

  /** What waited for a timer of the host's own: a poll, or the next attempt. */
  #followingTimer(timerId: number): readonly OrchestratorAction[] {
    const poll = this.#httpCalls.timerFired(timerId);
    if (poll) return [poll];
    const task = this.#retryTimers.get(timerId);
    this.#retryTimers.delete(timerId);
    if (!task) return [];
    const id = this.#nextId++;
    this.#attempts.set(id, task);
    return [{ ...task.schedule(id), retryTimerId: timerId }];
  }

  #release(): readonly OrchestratorAction[] {
    const held = this.#lockSet;
    this.#lockSet = undefined;
    if (!held) return [];
    return held.entities.map((entity) => releaseRequest(this.#nextId++, entity, held.requestId, this.#sender));
  }
}

/** Activity inputs: the SDK hands over strings that already hold JSON, and everything else as a value (contract §1.3). */
function activity(id: number, name: string, input: unknown): ScheduleActivity {
  return { type: "ScheduleActivity", id, name, input: typeof input === "string" ? input : toJson(input) };
}

function subOrchestration(id: number, action: Extract<SdkAction, { actionType: 2 | 3 }>): CreateSubOrchestration {
  return {
    type: "CreateSubOrchestration",
    id,
    name: action.functionName,
    input: toJson(action.input),
    ...(action.instanceId ? { instanceId: action.instanceId } : {}),
    ...(action.version === undefined ? {} : { version: action.version }),
  };
}

/** Milliseconds since the epoch. Throws when the app made the date from something that is none. */
function timeOf(date: Date): number {
  const time = date.getTime();
  if (Number.isNaN(time)) throw new Error("A timer or a scheduled signal was given an invalid date (Invalid Date).");
  return time;
}

import type { OrchestratorAction } from "../model/action";
import type { ExecutionCompleted, ExecutionStarted, HistoryEvent, OrchestrationInstance } from "../model/history-event";
import type { ExecutionSpan } from "../model/trace-context";
import { heldLockAfter, type HeldLock } from "./held-lock";

/**
 * What the engine has to remember of one execution between episodes: the fold of its history.
 *
 * It is owned by one work item at a time and changed in place (an execution of 10,000 steps would otherwise copy
 * its open tasks 10,000 times); whoever fails to commit must throw it away and fold the stored history again.
 *
 * R1 `nextActionId` is greater than every id in history: an action below it is a repetition unless its id is in
 *    `vacantIds`, one above is new. (The SDK for Python retries under the id of the first attempt: `isNextAttempt`.)
 * R2 an id is open exactly from its scheduling event to its next completion; later completions are dropped.
 */
export interface RuntimeState {
  started: ExecutionStarted | undefined;
  completed: ExecutionCompleted | undefined;
  suspended: boolean;
  /** Events that arrived while suspended: in history, not yet shown to user code. */
  withheld: HistoryEvent[];
  nextActionId: number;
  /** Ids below `nextActionId` that history does not have: a rewind took them out, or the code keeps them for later. */
  readonly vacantIds: Set<number>;
  readonly openActivities: Set<number>;
  readonly openChildren: Map<number, string>;
  readonly openTimers: Set<number>;
  heldLock: HeldLock | undefined;
  /** Timestamp of the newest OrchestratorStarted; episodes never go back in time. */
  lastEpisodeAt: number;
  /** Timestamp of the first OrchestratorStarted, or of the newest rewind. */
  begunAt: number | undefined;
  /** See EpisodeResult.span. */
  span: ExecutionSpan | undefined;
  historyLength: number;
}

/** The state of an execution that has no history. */
export function emptyState(): RuntimeState {
  return {
    started: undefined,
    completed: undefined,
    suspended: false,
    withheld: [],
    nextActionId: 0,
    vacantIds: new Set(),
    openActivities: new Set(),
    openChildren: new Map(),
    openTimers: new Set(),
    heldLock: undefined,
    lastEpisodeAt: 0,
    begunAt: undefined,
    span: undefined,
    historyLength: 0,
  };
}

/** Folds a stored history. */
export function foldHistory(history: readonly HistoryEvent[]): RuntimeState {
  const state = emptyState();
  let episodeStart = 0;
  for (const [index, event] of history.entries()) {
    if (event.type === "OrchestratorStarted") episodeStart = index;
    applyEvent(state, event);
    if (event.type !== "OrchestratorCompleted") continue;
    if (state.suspended) state.withheld.push(...history.slice(episodeStart, index).filter(isForUserCode));
    else state.withheld = [];
  }
  return state;
}

/** Applies one event that is, or is about to be, in history. */
export function applyEvent(state: RuntimeState, event: HistoryEvent): void {
  state.historyLength++;
  if ("eventId" in event) takeId(state, event.eventId);
  switch (event.type) {
    case "OrchestratorStarted":
      state.lastEpisodeAt = Math.max(state.lastEpisodeAt, event.timestamp);
      state.begunAt ??= event.timestamp;
      return;
    case "ExecutionStarted":
      state.started = event;
      return;
    case "ExecutionCompleted":
      state.completed = event;
      return;
    case "ExecutionSuspended":
      state.suspended = true;
      return;
    case "ExecutionResumed":
      state.suspended = false;
      return;
    case "TaskScheduled":
      state.openActivities.add(event.eventId);
      return;
    case "TaskCompleted":
    case "TaskFailed":
      state.openActivities.delete(event.taskScheduledId);
      return;
    case "SubOrchestrationCreated":
      state.openChildren.set(event.eventId, event.instanceId);
      return;
    case "SubOrchestrationCompleted":
    case "SubOrchestrationFailed":
      state.openChildren.delete(event.taskScheduledId);
      return;
    case "TimerCreated":
      state.openTimers.add(event.eventId);
      return;
    case "TimerFired":
      state.openTimers.delete(event.timerId);
      return;
    case "EventSent":
      state.heldLock = heldLockAfter(state.heldLock, event);
      return;
    case "ExecutionRewound":
      state.begunAt = event.timestamp;
      if (state.started && event.parent) state.started = awaitedBy(state.started, event.parent);
      return;
    case "OrchestratorCompleted":
      state.span ??= event.span;
      return;
    case "ExecutionTerminated":
    case "EventRaised":
    case "ContinueAsNew":
      return;
  }
}

/** Tells whether an action asks for something that history does not have yet (R1). */
export function isNewAction(state: RuntimeState, { id }: OrchestratorAction): boolean {
  return id >= state.nextActionId || state.vacantIds.has(id);
}

/**
 * Tells whether an action of code that repeats none asks for a task again that has been answered. It cannot be a repetition:
 * that comes of a worker that has not seen the task scheduled, and so not its answer either.
 */
export function isNextAttempt(state: RuntimeState, { type, id }: OrchestratorAction): boolean {
  if (type !== "ScheduleActivity" && type !== "CreateSubOrchestration") return false;
  return !state.openActivities.has(id) && !state.openChildren.has(id);
}

function takeId(state: RuntimeState, id: number): void {
  if (id < state.nextActionId) state.vacantIds.delete(id);
  for (; state.nextActionId <= id; state.nextActionId++) {
    if (state.nextActionId < id) state.vacantIds.add(state.nextActionId);
  }
}

/** Tells whether something is outstanding that an orchestration has to await before it can end (contract §2.6). */
export function hasOpenTasks(state: RuntimeState): boolean {
  return state.openActivities.size > 0 || state.openChildren.size > 0 || state.openTimers.size > 0;
}

/** Tells whether user code is to see an event; the others steer the engine. */
export function isForUserCode(event: HistoryEvent): boolean {
  switch (event.type) {
    case "ExecutionStarted":
    case "TaskCompleted":
    case "TaskFailed":
    case "SubOrchestrationCompleted":
    case "SubOrchestrationFailed":
    case "TimerFired":
    case "EventRaised":
      return true;
    default:
      return false;
  }
}

/** The same execution, now awaited by another execution of its parent; unchanged when that is nobody's business. */
function awaitedBy(started: ExecutionStarted, { instanceId, executionId }: OrchestrationInstance): ExecutionStarted {
  if (started.parent?.instanceId !== instanceId) return started;
  return { ...started, parent: { ...started.parent, executionId } };
}

import type { ExecutionStarted, ExecutionTerminated, HistoryEvent, MessageEvent } from "../model/history-event";
import type { Message } from "../model/message";
import type { OutboundMessage } from "../ports/storage-provider";
import { applyEvent, emptyState, type RuntimeState } from "./runtime-state";
import { subOrchestrationFailed } from "./parent-message";

/** What a batch of messages means for an execution. */
export interface BegunEpisode {
  /** The state with the recorded events applied. */
  readonly state: RuntimeState;
  /** Goes to history: OrchestratorStarted and the accepted messages. Empty: nothing was worth recording. */
  readonly recorded: readonly HistoryEvent[];
  /** What user code is to see; empty when it need not run. */
  readonly visible: readonly HistoryEvent[];
  /** Answers to messages that could not be accepted. */
  readonly replies: readonly OutboundMessage[];
  readonly terminated: ExecutionTerminated | undefined;
  /** A new execution begins over an ended one: its history replaces the old. */
  readonly restarted: boolean;
}

/**
 * Sorts the messages of a work item into what is recorded, shown and dropped.
 * Dropped are messages for another execution, repeated starts, and completions of what is no longer open (rule R2).
 */
export function beginEpisode(
  stored: RuntimeState,
  executionId: string,
  messages: readonly Message[],
  now: number,
): BegunEpisode {
  const restart = stored.completed ? messages.map((message) => message.event).find(isStart) : undefined;
  const state = restart ? emptyState() : stored;
  const currentExecution = restart ? restart.instance.executionId : executionId;
  const accepted: MessageEvent[] = [];
  const replies: OutboundMessage[] = [];
  let terminated: ExecutionTerminated | undefined;

  const startedAt = episodeTime(state, messages, now);
  for (const message of messages) {
    const { event } = message;
    if (terminated) break;
    if (event.type === "ExecutionStarted" && event.instance.executionId !== currentExecution) {
      replies.push(...refuseStart(event, now));
      continue;
    }
    if (message.executionId !== undefined && message.executionId !== currentExecution) continue;
    if (!isAcceptable(state, event)) continue;
    if (accepted.length === 0) applyEvent(state, { type: "OrchestratorStarted", timestamp: startedAt });
    accepted.push(event);
    applyEvent(state, event);
    if (event.type === "ExecutionTerminated") terminated = event;
  }
  if (accepted.length === 0) {
    return { state, recorded: [], visible: [], replies, terminated, restarted: false };
  }
  const started: HistoryEvent = { type: "OrchestratorStarted", timestamp: startedAt };
  return {
    state,
    recorded: [started, ...accepted],
    visible: terminated ? [] : show(state, started, accepted),
    replies,
    terminated,
    restarted: restart !== undefined,
  };
}

/** Moves what user code may see out of the withheld events; a suspended instance sees nothing. */
function show(state: RuntimeState, started: HistoryEvent, accepted: readonly MessageEvent[]): readonly HistoryEvent[] {
  const forUserCode = accepted.filter(
    (event) => event.type !== "ExecutionSuspended" && event.type !== "ExecutionResumed",
  );
  if (state.suspended) {
    state.withheld.push(...forUserCode);
    return [];
  }
  const shown = [...state.withheld, ...forUserCode];
  state.withheld = [];
  return shown.length > 0 ? [started, ...shown] : [];
}

/** Episodes never go back in time, and one that delivers a timer is not before its due time (contract §2.5, Timers). */
function episodeTime(state: RuntimeState, messages: readonly Message[], now: number): number {
  let time = Math.max(now, state.lastEpisodeAt);
  for (const { event } of messages) {
    if (event.type === "TimerFired") time = Math.max(time, event.fireAt);
  }
  return time;
}

function isAcceptable(state: RuntimeState, event: MessageEvent): boolean {
  if (state.completed) return false;
  if (event.type === "ExecutionStarted") return state.started === undefined;
  if (state.started === undefined) return false;
  switch (event.type) {
    case "TaskCompleted":
    case "TaskFailed":
      return state.openActivities.has(event.taskScheduledId);
    case "SubOrchestrationCompleted":
    case "SubOrchestrationFailed":
      return state.openChildren.has(event.taskScheduledId);
    case "TimerFired":
      return state.openTimers.has(event.timerId);
    case "ExecutionSuspended":
      return !state.suspended;
    case "ExecutionResumed":
      return state.suspended;
    case "EventRaised":
    case "ExecutionTerminated":
      return true;
  }
}

function isStart(event: MessageEvent): event is ExecutionStarted {
  return event.type === "ExecutionStarted";
}

/** A parent that tried to start a child under the id of an active instance is told, so that it does not wait forever. */
function refuseStart(start: ExecutionStarted, now: number): readonly OutboundMessage[] {
  if (!start.parent) return [];
  const text = `An Orchestration instance with the id '${start.instance.instanceId}' already exists.`;
  return [subOrchestrationFailed(start.parent, { reason: text, details: text }, now)];
}

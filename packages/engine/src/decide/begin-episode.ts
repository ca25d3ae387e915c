import type {
  ExecutionRewound,
  ExecutionStarted,
  ExecutionTerminated,
  HistoryEvent,
  MessageEvent,
  OrchestrationInstance,
  SubOrchestrationCreated,
} from "../model/history-event";
import type { Message } from "../model/message";
import type { OutboundMessage } from "../ports/storage-provider";
import { lockAgain } from "./lock-again";
import { renameExecution } from "./rename-execution";
import type { RewoundHistory } from "./rewind-history";
import { applyEvent, emptyState, isForUserCode, type RuntimeState } from "./runtime-state";
import { subOrchestrationCompleted, subOrchestrationFailed } from "./parent-message";

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
  /** The execution has failed before; what is recorded now is for a rewind that may come, and changes nothing else. */
  readonly late: boolean;
  /** A new execution begins over an ended one. */
  readonly restarted: boolean;
  /** Present when the history is not appended to: what takes the place of the events before this episode. */
  readonly replaced?: readonly HistoryEvent[];
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
  rewound?: RewoundHistory,
): BegunEpisode {
  const restart = stored.completed ? messages.map((message) => message.event).find(isStart) : undefined;
  const state = restart ? emptyState() : stored;
  const currentExecution = restart ? restart.instance.executionId : executionId;
  const accepted: MessageEvent[] = [];
  const replies: OutboundMessage[] = [];
  let terminated: ExecutionTerminated | undefined;

  const startedAt = episodeTime(state, messages, now);
  for (const message of startFirst(messages, currentExecution)) {
    const { event } = message;
    if (event.type === "ExecutionStarted" && event.instance.executionId !== currentExecution) {
      replies.push(...refuseStart(event, now));
      continue;
    }
    if (terminated) continue;
    if (message.executionId !== undefined && message.executionId !== currentExecution) continue;
    if (event.type === "ExecutionRewound" && !rewound) replies.push(...refuseRewind(state, event, now));
    if (!isAcceptable(state, event, rewound !== undefined)) continue;
    if (accepted.length === 0) applyEvent(state, { type: "OrchestratorStarted", timestamp: startedAt });
    accepted.push(event);
    applyEvent(state, event);
    if (event.type === "ExecutionTerminated") terminated = event;
  }
  if (accepted.length === 0) {
    return { state, recorded: [], visible: [], replies, terminated, late: false, restarted: false };
  }
  const started: HistoryEvent = { type: "OrchestratorStarted", timestamp: startedAt };
  const goesOnFrom = rewound && renameExecution(rewound, state, accepted);
  replies.push(...(rewound?.failedChildren ?? []).map((child) => rewindChild(child, state.started?.instance, now)));
  if (rewound) replies.push(...lockAgain(rewound.events, state.heldLock, now));
  const replaced = restart ? [] : goesOnFrom;
  return {
    state,
    recorded: [started, ...accepted],
    visible: terminated || state.completed ? [] : show(state, started, accepted),
    replies,
    terminated,
    late: state.completed !== undefined,
    restarted: restart !== undefined,
    ...(replaced ? { replaced } : {}),
  };
}

/**
 * The start of this execution before all else: after continue-as-new it may have been sent later than events that arrived
 * meanwhile, and those are for the new execution (contract §1.4). Behind it what the execution before has handed on, for
 * that arrived first.
 */
function startFirst(messages: readonly Message[], executionId: string): readonly Message[] {
  const isOwnStart = ({ event }: Message): boolean =>
    event.type === "ExecutionStarted" && event.instance.executionId === executionId;
  const first = messages.findIndex(isOwnStart);
  if (first <= 0) return messages;
  const isHandedOn = (message: Message): boolean => !isOwnStart(message) && message.executionId === executionId;
  const isOther = (message: Message): boolean => !isOwnStart(message) && message.executionId !== executionId;
  return [...messages.filter(isOwnStart), ...messages.filter(isHandedOn), ...messages.filter(isOther)];
}

/** Moves what user code may see out of the withheld events; a suspended instance sees nothing. */
function show(state: RuntimeState, started: HistoryEvent, accepted: readonly MessageEvent[]): readonly HistoryEvent[] {
  const forUserCode = accepted.filter(isForUserCode);
  if (state.suspended) {
    state.withheld.push(...forUserCode);
    return [];
  }
  const shown = [...state.withheld, ...forUserCode];
  state.withheld = [];
  // A rewind shows nothing new, but the code is to be replayed; and so it is after a resume, which may follow a rewind
  // whose replay was held.
  const replays = accepted.some(({ type }) => type === "ExecutionRewound" || type === "ExecutionResumed");
  return shown.length > 0 || replays ? [started, ...shown] : [];
}

/** Episodes never go back in time, and one that delivers a timer is not before its due time (contract §2.5, Timers). */
function episodeTime(state: RuntimeState, messages: readonly Message[], now: number): number {
  let time = Math.max(now, state.lastEpisodeAt);
  for (const { event } of messages) {
    if (event.type === "TimerFired") time = Math.max(time, event.fireAt);
  }
  return time;
}

function isAcceptable(state: RuntimeState, event: MessageEvent, rewinding: boolean): boolean {
  if (state.completed) return isForRewind(state, event);
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
    case "ExecutionRewound":
      // One that was rewound by itself, and runs again, is told by whom it is awaited now.
      return rewinding || (event.parent !== undefined && state.started.parent?.instanceId === event.parent.instanceId);
    case "ExecutionSuspended":
      return !state.suspended;
    case "ExecutionResumed":
      return state.suspended;
    case "EventRaised":
      return true;
    case "ExecutionTerminated":
      return event.parent === undefined || isChildOf(state.started, event.parent);
  }
}

/** What comes too late for a failed instance: it was executed, is not executed again, and a rewind must find its result. */
function isForRewind(state: RuntimeState, event: MessageEvent): boolean {
  if (state.completed?.status !== "Failed") return false;
  switch (event.type) {
    case "EventRaised":
      return true;
    case "TaskCompleted":
    case "TaskFailed":
      return state.openActivities.has(event.taskScheduledId);
    case "SubOrchestrationCompleted":
    case "SubOrchestrationFailed":
      return state.openChildren.has(event.taskScheduledId);
    default:
      return false;
  }
}

/** A child's id may have been taken by an instance that is nobody's child, or another's. */
function isChildOf({ parent }: ExecutionStarted, { instanceId, executionId }: OrchestrationInstance): boolean {
  return parent?.instanceId === instanceId && parent.executionId === executionId;
}

/**
 * A parent that was rewound awaits this child again: it is told at once when the child cannot go on, or has no need to,
 * because it was rewound by itself before and has completed.
 */
function refuseRewind(
  { started, completed }: RuntimeState,
  event: ExecutionRewound,
  now: number,
): readonly OutboundMessage[] {
  if (!started?.parent || !completed) return [];
  const parent = { ...started.parent, ...event.parent };
  if (completed.status === "Completed") return [subOrchestrationCompleted(parent, completed.result, now)];
  const reason = completed.result ?? "The sub-orchestration has ended and cannot be rewound.";
  return [subOrchestrationFailed(parent, { reason, details: reason }, now)];
}

function rewindChild(
  { instanceId }: SubOrchestrationCreated,
  parent: OrchestrationInstance | undefined,
  now: number,
): OutboundMessage {
  const reason = "The parent was rewound.";
  return { instanceId, event: { type: "ExecutionRewound", timestamp: now, reason, ...(parent && { parent }) } };
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

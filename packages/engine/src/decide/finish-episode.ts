import type { Completion, OrchestratorAction } from "../model/action";
import type { ActivityTask } from "../model/activity-task";
import type { ExecutionStarted, HistoryEvent } from "../model/history-event";
import type { InstanceState } from "../model/instance";
import type { ExecutionSpan, TraceContext } from "../model/trace-context";
import type { EpisodeResult } from "../ports/executor";
import type { OrchestrationCommit, OutboundMessage, TimerMessage } from "../ports/storage-provider";
import type { BegunEpisode } from "./begin-episode";
import { endExecution, nextExecution, releaseLock, type Ending } from "./end-execution";
import type { VersionFailureStrategy, VersionMatchStrategy } from "./match-version";
import { recordAction, type ActionContext } from "./record-action";
import {
  applyEvent,
  hasOpenTasks,
  isForUserCode,
  isNewAction,
  isNextAttempt,
  type RuntimeState,
} from "./runtime-state";

/** Rules of the host that bound an orchestration (contract §2.6, §6.8, §7). */
export interface EpisodeLimits {
  readonly maxActions: number;
  readonly defaultVersion: string;
  readonly storeInputs: boolean;
  /** In bytes of UTF-16. Absent: 16 KB. */
  readonly maxCustomStatusBytes?: number;
  /** Absent: every version is executed. */
  readonly versions?: { readonly match: VersionMatchStrategy; readonly onMismatch: VersionFailureStrategy };
  /** What becomes of an instance whose replay differs from its history: it fails (default), or is suspended until mended. */
  readonly onNonDeterminism?: NonDeterminismStrategy;
}

/** See `EpisodeLimits.onNonDeterminism` (host.json `nonDeterminismFailureStrategy`). */
export type NonDeterminismStrategy = "Fail" | "Hold";

/** Largest custom status unless the host says otherwise, in bytes of UTF-16 (contract §2.6). */
const MAX_CUSTOM_STATUS_BYTES = 16 * 1024;

interface Draft {
  readonly events: HistoryEvent[];
  readonly activities: ActivityTask[];
  readonly messages: OutboundMessage[];
  readonly timers: TimerMessage[];
}

/** The work item that an episode belongs to. */
export interface EpisodeContext {
  /** The instance before the work item. */
  readonly instance: InstanceState;
  /** Sequence numbers of the messages that the commit consumes. */
  readonly consumed: readonly number[];
  readonly limits: EpisodeLimits;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly newId: () => string;
  /** See `ActionContext`. */
  readonly traceOf?: (eventId: number) => TraceContext;
  readonly stampActivities?: boolean;
}

/** What ends a work item without running user code: nothing to show, or a termination. */
export function finishWithoutCode(begun: BegunEpisode, context: EpisodeContext): OrchestrationCommit {
  const draft = newDraft(begun);
  const { started, suspended } = begun.state;
  // A late message for an instance that has ended changes nothing about it.
  if (begun.recorded.length === 0 || begun.late) return toCommit(draft, begun, context.instance, [], context);
  let instance: InstanceState = { ...context.instance, lastUpdatedAt: context.now };
  if (begun.terminated && started) {
    const { reason, recurse = false } = begun.terminated;
    const terminated = { type: "Terminated", output: reason, recurse } as const;
    instance = end(draft, begun.state, started, instance, terminated, context.now);
  } else {
    instance = { ...instance, runtimeStatus: suspended ? "Suspended" : "Running" };
  }
  return toCommit(draft, begun, instance, [], context);
}

/** Turns the answer of user code into the commit that ends the work item, and applies it to the state. */
export function finishEpisode(
  begun: BegunEpisode,
  started: ExecutionStarted,
  result: EpisodeResult,
  context: EpisodeContext,
): OrchestrationCommit {
  const { state } = begun;
  const { limits, now, newId, traceOf, stampActivities } = context;
  const draft = newDraft(begun);
  const fresh = result.actions.filter(
    (action) => isNewAction(state, action) || (!result.replayed && isNextAttempt(state, action)),
  );
  const exceeded = limitExceeded(fresh, result, limits);
  const recording = { ...limits, started, now, newId, traceOf, stampActivities };
  if (!exceeded) for (const action of fresh) record(draft, state, action, recording);
  const canceled = result.canceledTimers.filter((id) => state.openTimers.delete(id));

  const instance: InstanceState = {
    ...context.instance,
    runtimeStatus: "Running",
    customStatus: exceeded || result.customStatus === undefined ? context.instance.customStatus : result.customStatus,
    lastUpdatedAt: now,
  };
  const completion: Completion | undefined = exceeded
    ? { type: "Failed", output: exceeded, immediate: true }
    : result.completion;
  const span = state.span ? undefined : result.span;
  const mayEnd = completion?.immediate || !hasOpenTasks(state);
  if (completion && !mayEnd) giveUpLock(draft, state, started, now);
  if (!completion || !mayEnd) return toCommit(draft, begun, instance, canceled, context, span);
  if (completion.type === "ContinuedAsNew") {
    return continueAsNew(draft, state, started, instance, completion, result, context);
  }
  return toCommit(draft, begun, end(draft, state, started, instance, completion, now), canceled, context, span);
}

/**
 * Records the messages but nothing of what the code has made of them, and suspends the instance: when it is resumed, its
 * code is shown them again.
 */
export function holdEpisode(begun: BegunEpisode, reason: string, context: EpisodeContext): OrchestrationCommit {
  const draft = newDraft(begun);
  apply(draft, begun.state, [{ type: "ExecutionSuspended", timestamp: context.now, reason }]);
  begun.state.withheld = begun.visible.filter(isForUserCode);
  const instance: InstanceState = { ...context.instance, runtimeStatus: "Suspended", lastUpdatedAt: context.now };
  return toCommit(draft, begun, instance, [], context);
}

/**
 * The code has ended, its execution not yet: what is still open may be waiting for the very entities that the code has
 * locked. A state folded anew knows nothing of this and releases again, which an entity that knows the request ignores.
 */
function giveUpLock(draft: Draft, state: RuntimeState, started: ExecutionStarted, now: number): void {
  draft.messages.push(...releaseLock(state.heldLock, started, now));
  state.heldLock = undefined;
}

function newDraft(begun: BegunEpisode): Draft {
  return { events: [...begun.recorded], activities: [], messages: [...begun.replies], timers: [] };
}

function apply(draft: Draft, state: RuntimeState, events: readonly HistoryEvent[]): void {
  for (const event of events) {
    draft.events.push(event);
    applyEvent(state, event);
  }
}

/** Ends the execution in the draft; returns the instance as it is then. */
function end(
  draft: Draft,
  state: RuntimeState,
  started: ExecutionStarted,
  instance: InstanceState,
  ending: Ending,
  now: number,
): InstanceState {
  const ended = endExecution(state, started, ending, now);
  apply(draft, state, ended.events);
  draft.messages.push(...ended.messages);
  return { ...instance, ...ended.instance };
}

function record(draft: Draft, state: RuntimeState, action: OrchestratorAction, context: ActionContext): void {
  const recorded = recordAction(action, context);
  if (recorded.event) apply(draft, state, [recorded.event]);
  if (recorded.activity) draft.activities.push(recorded.activity);
  if (recorded.timer) draft.timers.push(recorded.timer);
  if (recorded.message) draft.messages.push(recorded.message);
}

function limitExceeded(
  fresh: readonly OrchestratorAction[],
  result: EpisodeResult,
  limits: EpisodeLimits,
): string | undefined {
  const bytes = (result.customStatus?.length ?? 0) * 2;
  const { maxCustomStatusBytes = MAX_CUSTOM_STATUS_BYTES } = limits;
  if (Math.trunc(bytes / 1024) * 1024 > maxCustomStatusBytes) {
    return `The size of the JSON-serialized custom status must not exceed ${Math.trunc(maxCustomStatusBytes / 1024)} KB of UTF-16 text; it has ${Math.trunc(bytes / 1024)} KB.`;
  }
  const last = fresh.at(-1);
  if (last && last.id >= limits.maxActions) {
    return (
      `The orchestration asked for more than ${limits.maxActions} actions in one execution. ` +
      "Use continue-as-new for endless work, or raise maxOrchestrationActions in host.json."
    );
  }
  return undefined;
}

/** Ends the execution and begins the next one, whose history is empty until its first episode. */
function continueAsNew(
  draft: Draft,
  state: RuntimeState,
  started: ExecutionStarted,
  instance: InstanceState,
  completion: Extract<Completion, { type: "ContinuedAsNew" }>,
  result: EpisodeResult,
  { consumed, now, newId }: EpisodeContext,
): OrchestrationCommit {
  const executionId = newId();
  const next = nextExecution(started, completion, result.unconsumedEvents ?? [], executionId, now);
  const { input, version = instance.version, tags = instance.tags } = completion;
  return {
    instance: { ...instance, executionId, input, version, ...(tags && { tags }) },
    history: { type: "replace", events: [] },
    consumedMessages: consumed,
    activities: draft.activities,
    messages: [...draft.messages, ...releaseLock(state.heldLock, started, now), ...next],
    timers: [],
    canceledTimers: "all",
  };
}

function toCommit(
  draft: Draft,
  begun: BegunEpisode,
  instance: InstanceState,
  canceled: readonly number[],
  { consumed, now }: EpisodeContext,
  span?: ExecutionSpan,
): OrchestrationCommit {
  if (draft.events.length > 0) {
    apply(draft, begun.state, [{ type: "OrchestratorCompleted", timestamp: now, ...(span && { span }) }]);
  }
  return {
    instance,
    history: begun.replaced
      ? { type: "replace", events: [...begun.replaced, ...draft.events] }
      : { type: "append", events: draft.events },
    consumedMessages: consumed,
    activities: draft.activities,
    messages: draft.messages,
    timers: [...rearmed(begun), ...draft.timers].filter((timer) => !canceled.includes(timer.timerId)),
    canceledTimers: begun.state.completed ? "all" : canceled,
  };
}

/** The end of the execution has taken its timers out of the store: a rewind sets those again that it still waits for. */
function rearmed({ replaced = [], state }: BegunEpisode): readonly TimerMessage[] {
  if (state.completed) return [];
  return replaced.flatMap((event) =>
    event.type === "TimerCreated" && state.openTimers.has(event.eventId)
      ? [{ timerId: event.eventId, fireAt: event.fireAt }]
      : [],
  );
}

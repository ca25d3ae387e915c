import type { OrchestratorAction } from "../model/action";
import type { ActivityTask } from "../model/activity-task";
import type { ExecutionStarted, HistoryEvent } from "../model/history-event";
import type { InstanceState } from "../model/instance";
import type { EpisodeResult } from "../ports/executor";
import type { OrchestrationCommit, OutboundMessage, TimerMessage } from "../ports/storage-provider";
import type { BegunEpisode } from "./begin-episode";
import { endExecution, nextExecution, releaseLock } from "./end-execution";
import { recordAction, type ActionContext } from "./record-action";
import { applyEvent, hasOpenTasks, type RuntimeState } from "./runtime-state";

/** Rules of the host that bound an orchestration (contract §2.6, §7). */
export interface EpisodeLimits {
  readonly maxActions: number;
  readonly defaultVersion: string;
  readonly storeInputs: boolean;
}

/** Largest custom status, in bytes of UTF-16 (contract §2.6). */
const MAX_CUSTOM_STATUS_BYTES = 16 * 1024;

interface Draft {
  readonly events: HistoryEvent[];
  readonly activities: ActivityTask[];
  readonly messages: OutboundMessage[];
  readonly timers: TimerMessage[];
}

/** What ends a work item without running user code: nothing to show, or a termination. */
export function finishWithoutCode(
  begun: BegunEpisode,
  instance: InstanceState,
  consumed: readonly number[],
  now: number,
): OrchestrationCommit {
  const draft = newDraft(begun);
  const { started } = begun.state;
  let next: InstanceState = { ...instance, lastUpdatedAt: now };
  if (begun.terminated && started) {
    const ended = endExecution(begun.state, started, { type: "Terminated", output: begun.terminated.reason }, now);
    next = { ...next, ...ended.instance };
    apply(draft, begun.state, ended.events);
    draft.messages.push(...ended.messages);
  } else if (begun.recorded.length > 0) {
    next = { ...next, runtimeStatus: begun.state.suspended ? "Suspended" : "Running" };
  }
  return toCommit(draft, begun, next, consumed, [], now);
}

/** Turns the answer of user code into the commit that ends the work item, and applies it to the state. */
export function finishEpisode(
  begun: BegunEpisode,
  started: ExecutionStarted,
  instance: InstanceState,
  consumed: readonly number[],
  result: EpisodeResult,
  limits: EpisodeLimits,
  now: number,
  newId: () => string,
): OrchestrationCommit {
  const { state } = begun;
  const draft = newDraft(begun);
  const context: ActionContext = { started, now, newId, ...limits };
  const fresh = result.actions.filter((action) => action.id >= state.nextActionId);
  const failure = limitExceeded(fresh, result, limits);
  if (!failure) for (const action of fresh) record(draft, state, action, context);
  const canceled = result.canceledTimers.filter((id) => state.openTimers.delete(id));
  const timers = draft.timers.filter((timer) => !canceled.includes(timer.timerId));
  draft.timers.splice(0, draft.timers.length, ...timers);

  let next: InstanceState = {
    ...instance,
    runtimeStatus: "Running",
    customStatus: result.customStatus ?? instance.customStatus,
    lastUpdatedAt: now,
  };
  const completion = failure ? { type: "Failed" as const, output: failure } : result.completion;
  if (!completion || (!failure && hasOpenTasks(state))) return toCommit(draft, begun, next, consumed, canceled, now);
  if (completion.type === "ContinuedAsNew") {
    return continueAsNew(state, started, next, completion.input, result, draft, consumed, now, newId());
  }
  const ended = endExecution(state, started, completion, now);
  next = { ...next, ...ended.instance };
  apply(draft, state, ended.events);
  draft.messages.push(...ended.messages);
  return toCommit(draft, begun, next, consumed, canceled, now);
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

function record(draft: Draft, state: RuntimeState, action: OrchestratorAction, context: ActionContext): void {
  const recorded = recordAction(action, context);
  apply(draft, state, [recorded.event]);
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
  if (Math.trunc(bytes / 1024) * 1024 > MAX_CUSTOM_STATUS_BYTES) {
    return `The size of the JSON-serialized custom status must not exceed 16 KB of UTF-16 text; it has ${Math.trunc(bytes / 1024)} KB.`;
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

function continueAsNew(
  state: RuntimeState,
  started: ExecutionStarted,
  instance: InstanceState,
  input: string | null,
  result: EpisodeResult,
  draft: Draft,
  consumed: readonly number[],
  now: number,
  executionId: string,
): OrchestrationCommit {
  const next = nextExecution(started, input, result.unconsumedEvents ?? [], executionId, now);
  return {
    instance: { ...instance, executionId, input },
    history: { type: "replace", events: [] },
    consumedMessages: consumed,
    activities: draft.activities,
    messages: [...draft.messages, ...releaseLock(state.heldLock, started, now), ...next.messages],
    timers: [],
    canceledTimers: "all",
  };
}

function toCommit(
  draft: Draft,
  begun: BegunEpisode,
  instance: InstanceState,
  consumed: readonly number[],
  canceled: readonly number[],
  now: number,
): OrchestrationCommit {
  if (draft.events.length > 0) apply(draft, begun.state, [{ type: "OrchestratorCompleted", timestamp: now }]);
  return {
    instance,
    history: { type: begun.restarted ? "replace" : "append", events: draft.events },
    consumedMessages: consumed,
    activities: draft.activities,
    messages: draft.messages,
    timers: draft.timers,
    canceledTimers: begun.state.completed ? "all" : canceled,
  };
}

import type { OrchestratorAction, Completion } from "../model/action";
import type { ActivityTask } from "../model/activity-task";
import type { EntityOperation, EntityOperationResult, EntitySignal } from "../model/entity-operation";
import type { EventRaised, HistoryEvent, ParentInstance, TaskFailure } from "../model/history-event";
import type { EntityId } from "../model/instance-id";
import type { JsonText } from "../model/json-text";

/**
 * One replay-and-advance of an orchestrator.
 *
 * An executor may keep the orchestrator resident: if `resumeAfter` names the episode it executed last for this
 * execution, it continues with `newEvents`; otherwise it reads `loadPastEvents()` and replays from the start.
 * Both ways must give the same result (decisions §3).
 */
export interface Episode {
  readonly instanceId: string;
  readonly executionId: string;
  readonly name: string;
  readonly version: string;
  readonly input: JsonText | null;
  readonly parent?: ParentInstance;
  /** Number of this episode; unique within the process, never reused. */
  readonly episode: number;
  /** The last committed episode of this execution that ran in this process, if any. */
  readonly resumeAfter?: number;
  /** This episode's OrchestratorStarted and messages, in the order user code is to see them. */
  readonly newEvents: readonly HistoryEvent[];
  /** Everything before `newEvents`, in the order user code is to see it. */
  readonly loadPastEvents: () => Promise<readonly HistoryEvent[]>;
}

/** What an episode came to. */
export interface EpisodeResult {
  /** Actions in ascending id. A resident continuation returns the new ones, a replay all since the start of the execution. */
  readonly actions: readonly OrchestratorAction[];
  /** True when `actions` holds all actions since the start, so that they can be checked against history. */
  readonly replayed: boolean;
  /** All timers the code has cancelled and that have not fired, by id. */
  readonly canceledTimers: readonly number[];
  /** JSON. Absent: the code has not set one, and what the instance has (from before continue-as-new) stays (contract §2.1). */
  readonly customStatus?: JsonText;
  /** How the code has ended; absent while it waits. Repeated by every later episode of the execution. */
  readonly completion?: Completion;
  /** External events that arrived after the code had ended; continue-as-new hands them to the next execution. */
  readonly unconsumedEvents?: readonly EventRaised[];
}

/** What an activity execution came to. A throw in user code is data, not an error of the executor. */
export type ActivityResult =
  { readonly type: "Completed"; readonly result: JsonText | null } | ({ readonly type: "Failed" } & TaskFailure);

/** Operations for one entity, to be executed one after another on its state. */
export interface EntityBatch {
  readonly entity: EntityId;
  readonly exists: boolean;
  readonly state: JsonText | null;
  readonly operations: readonly EntityOperation[];
}

export interface EntityBatchResult {
  /** One per operation, in order; operations without a result go back to the queue. */
  readonly results: readonly EntityOperationResult[];
  readonly signals: readonly EntitySignal[];
  readonly exists: boolean;
  readonly state: JsonText | null;
}

/**
 * Runs user code for a work item. Rejects only when the code could not be run to an answer (worker crashed,
 * host stops): the work item is then abandoned and retried. An aborted `signal` says nobody waits any more.
 */
export interface Executor {
  executeOrchestration(episode: Episode, signal: AbortSignal): Promise<EpisodeResult>;
  executeActivity(task: ActivityTask, signal: AbortSignal): Promise<ActivityResult>;
  executeEntity(batch: EntityBatch, signal: AbortSignal): Promise<EntityBatchResult>;
  /** The execution has ended or its commit failed: what is kept resident for it can go. */
  forget(instanceId: string): void;
  /** Names known to the executor, for messages about unknown functions; undefined when it cannot know. */
  knows(kind: "orchestration" | "activity" | "entity", name: string): boolean;
  names(kind: "orchestration" | "activity" | "entity"): readonly string[];
}

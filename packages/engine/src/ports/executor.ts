import type { OrchestratorAction, Completion } from "../model/action";
import type { ActivityTask } from "../model/activity-task";
import type { EntityOperation, EntityOperationResult, EntitySignal, EntityStart } from "../model/entity-operation";
import type { EventRaised, HistoryEvent, ParentInstance, TaskFailure } from "../model/history-event";
import type { EntityId } from "../model/instance-id";
import type { JsonText } from "../model/json-text";
import type { ExecutionSpan, TraceContext } from "../model/trace-context";

/**
 * One replay-and-advance of an orchestrator.
 *
 * An executor may keep the orchestrator resident: if `resumeAfter` names the episode it executed last for this
 * execution, it continues with `newEvents`; otherwise it reads `loadPastEvents()` and replays from the start.
 * Both ways must give the same result (docs/decisions/002-resident-orchestrators.md).
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
  /** Of the execution; absent: it is not traced. */
  readonly traceContext?: TraceContext;
  /** What an earlier episode of the execution has answered as its span. */
  readonly span?: ExecutionSpan;
}

/** What an episode came to. */
export interface EpisodeResult {
  /** Actions in ascending id. A resident continuation returns the new ones, a replay all since the start of the execution. */
  readonly actions: readonly OrchestratorAction[];
  /** True when `actions` holds all actions since the start, so that they can be checked against history. */
  readonly replayed: boolean;
  /** All timers the code has cancelled and that have not fired, by id. */
  readonly canceledTimers: readonly number[];
  /**
   * JSON. Absent: the code has not set one, and what the instance has (from before continue-as-new) stays (contract §2.1).
   * null: the instance has none from now on.
   */
  readonly customStatus?: JsonText | null;
  /** How the code has ended; absent while it waits. Repeated by every later episode of the execution. */
  readonly completion?: Completion;
  /** External events that arrived after the code had ended; continue-as-new hands them to the next execution. */
  readonly unconsumedEvents?: readonly EventRaised[];
  /** The span of the execution, to be handed to every later episode. The first answer that has one counts. */
  readonly span?: ExecutionSpan;
  /**
   * How many of `newEvents` the code has seen, from the front, OrchestratorStarted included. The messages behind the others
   * stay queued for the next episode. Absent: all.
   */
  readonly eventsProcessed?: number;
}

/** What a call of `context.df` asks for. */
export type InspectedKind =
  | "Activity"
  | "SubOrchestration"
  | "Timer"
  | "ExternalEvent"
  | "EntityCall"
  | "EntitySignal"
  | "Lock"
  | "LockRelease"
  | "Http";

/** One call that orchestrator code has made, as an inspection sees it. */
export interface InspectedTask {
  readonly kind: InspectedKind;
  /**
   * Of the activity, orchestrator, entity (`@name@key`; several locked ones joined by ", ") or event; method and address of
   * an HTTP call; empty for the rest.
   */
  readonly name: string;
  /** Of an entity call or signal. */
  readonly operation?: string;
  /** Of a timer: milliseconds since the epoch. */
  readonly fireAt?: number;
  /**
   * Its sequence ids in history, ascending: the call's own, and those of its further attempts and the timers between them.
   * Empty for external events, which have none.
   */
  readonly ids: readonly number[];
  /** Where the app makes the call, "src/orchestrators/order.ts:12:5"; absent when that cannot be found out. */
  readonly position?: string;
  /** The code stands at a `yield` that this task, alone or with others, is to end. */
  readonly awaited: boolean;
}

/** What an inspection has found out about an orchestration: a replay without effect. */
export interface Inspection {
  /** All calls since the start of the execution, in the order in which the code has made them known. */
  readonly tasks: readonly InspectedTask[];
  /** How the code has ended; absent while it waits. */
  readonly completion?: Completion;
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
  /** Of the operations, in order; absent: they are not traced. */
  readonly traceContexts?: readonly TraceContext[];
}

export interface EntityBatchResult {
  /** One per operation, in order; operations without a result go back to the queue. With none at all the batch has failed. */
  readonly results: readonly EntityOperationResult[];
  readonly signals: readonly EntitySignal[];
  /** Orchestrations to be started. */
  readonly starts?: readonly EntityStart[];
  readonly exists: boolean;
  readonly state: JsonText | null;
}

/** Why the code of an activity is asked to end early. */
export interface CancellationReason {
  /**
   * INSTANCE_ENDED: the instance was terminated, purged or replaced, or has failed; nobody takes the result.
   * HOST_STOPPING: what the activity returns counts; if it fails instead, it is run again after the next start.
   */
  readonly code: "INSTANCE_ENDED" | "HOST_STOPPING";
  /** For people. */
  readonly message: string;
}

/**
 * Tells the code of an activity that it may end early. Not to be confused with the `signal` of the executor's methods, which
 * says that the host waits no longer, whatever the code does. (An AbortSignal for each activity would cost more than the
 * rest of its call, and almost none is ever cancelled.)
 */
export interface Cancellation {
  /** Set once it is cancelled. */
  readonly reason: CancellationReason | undefined;
  /** Sets the one listener: called once when it is cancelled, at once if it has been. */
  onCancel(listener: (reason: CancellationReason) => void): void;
}

/** The kinds of durable functions. */
export type FunctionKind = "orchestration" | "activity" | "entity";

/**
 * Runs user code for a work item. Rejects only when the code could not be run to an answer (worker crashed,
 * host stops): the work item is then abandoned and retried. An aborted `signal` says nobody waits any more.
 * With `NotForThisWorker` it gives the work item back without calling that a failure: it is offered again, here or to
 * another host, after the time the error names.
 */
export interface Executor {
  executeOrchestration(episode: Episode, signal: AbortSignal): Promise<EpisodeResult>;
  /**
   * Replays an orchestration to say what its code waits for and where. Nothing comes of it: what is resident stays as it is,
   * and nothing is logged. `newEvents` may be empty. Absent: the executor cannot look into the code. Rejects as the others do.
   */
  inspectOrchestration?(episode: Episode, signal: AbortSignal): Promise<Inspection>;
  /** `cancellation` is for the code: an executor that cannot tell it may ignore it. */
  executeActivity(task: ActivityTask, signal: AbortSignal, cancellation?: Cancellation): Promise<ActivityResult>;
  executeEntity(batch: EntityBatch, signal: AbortSignal): Promise<EntityBatchResult>;
  /** The execution has ended or its commit failed: what is kept resident for it can go. */
  forget(instanceId: string): void;
  /** Whether there is such a function, enabled. What is not known is never handed over: the engine fails it in its own words. */
  knows(kind: FunctionKind, name: string): boolean;
  /** The functions of a kind, for messages about unknown ones. */
  names(kind: FunctionKind): readonly string[];
  /**
   * How many work items of a kind it takes at a time, at this moment, those it has taken included; 0: none are locked for it.
   * Asked often, so it must be cheap. Absent: as many as the host allows.
   */
  capacity?(kind: FunctionKind): number;
  /** Calls back when the capacity for a kind may have grown. Returns a function that ends it. */
  onCapacity?(listener: (kind: FunctionKind) => void): () => void;
}

import type { InstanceExplanation } from "../decide/explain/explanation";
import type { HistoryEvent } from "../model/history-event";
import type { InstanceState } from "../model/instance";
import type { EntityId } from "../model/instance-id";
import type { JsonText } from "../model/json-text";
import type { RuntimeStatus } from "../model/runtime-status";
import type { TraceContext } from "../model/trace-context";
import type { InstanceFilter, InstancePage, InstanceQuery } from "../ports/storage-provider";

/** What a client says when it starts an orchestration. */
export interface StartOptions {
  readonly name: string;
  /** Absent: a new id of 32 hex digits. */
  readonly instanceId?: string;
  readonly input?: JsonText | null;
  /** Absent: the host's `defaultVersion`, else the empty version. */
  readonly version?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly traceContext?: TraceContext;
  /** Milliseconds since the epoch before which it must not start. */
  readonly scheduledStartTime?: number;
  /**
   * In which statuses an instance under the same id is replaced; one that runs is ended first, as Terminated. In any other
   * the start rejects with INSTANCE_EXISTS. Absent: as the hub is set.
   */
  readonly replaceable?: ReadonlySet<RuntimeStatus>;
}

export interface TerminateOptions {
  /** Sub-orchestrations that run at that moment are terminated too, and theirs. Default: they go on. */
  readonly recursive?: boolean;
}

export interface PurgeOptions {
  /** Ended sub-orchestrations are deleted too, and theirs. Default: they stay. */
  readonly recursive?: boolean;
  /** One instance that still runs is left alone, and counts 0. Default: it is terminated and deleted. */
  readonly onlyEnded?: boolean;
  /** Milliseconds since the epoch after which a purge by filter begins nothing more. */
  readonly deadline?: number;
}

export interface PurgeResult {
  /** How many instances were deleted. */
  readonly deleted: number;
  /** Ids of sub-orchestrations that a recursive purge has come upon and left, because they still run. */
  readonly running: readonly string[];
  /** False: the time was up before everything was looked at. Absent: everything was. */
  readonly isComplete?: false;
}

/** Which ended orchestrations a list of ids has. */
export interface InstanceIdQuery {
  /** Those of them in which an execution has ended count. Absent: all. */
  readonly statuses?: readonly RuntimeStatus[];
  /** Inclusive, milliseconds since the epoch. */
  readonly completedFrom?: number;
  readonly completedTo?: number;
  /** Largest number of ids to return. */
  readonly top: number;
  /** Continues an earlier list, also one that was begun by another process. */
  readonly continuationToken?: string;
}

export interface InstanceIdPage {
  /** In the order in which they have ended, then by id. */
  readonly instanceIds: readonly string[];
  /** Present when there are more. */
  readonly continuationToken?: string;
}

/** The current state of an entity. */
export interface EntityState {
  readonly id: EntityId;
  readonly state: JsonText | null;
  /** Milliseconds since the epoch. */
  readonly lastOperationAt: number;
  /** Instance id of the orchestration in whose critical section it is. */
  readonly lockedBy?: string;
  /** How many requests wait in its queue; those it has not looked at are not counted. */
  readonly backlog: number;
}

export interface EntityQuery {
  readonly name?: string;
  /** What the instance id begins with, as in "@counter@a". */
  readonly instanceIdPrefix?: string;
  /** Also those that have no state, but a lock or a queue; their state is null. Default: only entities that exist. */
  readonly includeTransient?: boolean;
  readonly lastOperationFrom?: number;
  readonly lastOperationTo?: number;
  readonly fetchState: boolean;
  readonly top: number;
  readonly continuationToken?: string;
}

export interface EntityPage {
  readonly entities: readonly EntityState[];
  readonly continuationToken?: string;
}

/** What a clean-up of the entities is to do; both by default. */
export interface CleanUpOptions {
  readonly removeEmpty?: boolean;
  readonly releaseLocks?: boolean;
}

/** What a clean-up of the entities has found and mended. */
export interface EntityCleanUp {
  /** Entities without state, lock and queue that were still stored. */
  readonly emptyEntitiesRemoved: number;
  /** Locks, and requests for locks, of orchestrations that have ended or gone on without them. */
  readonly orphanedLocksReleased: number;
}

/**
 * Everything a client can do with a task hub. Whatever resolves is durable.
 * Errors carry a code: INSTANCE_NOT_FOUND, INSTANCE_EXISTS, INSTANCE_ENDED, INSTANCE_STATE (already suspended, or not
 * suspended), INSTANCE_RUNNING, INVALID_INSTANCE_ID, INVALID_ARGUMENT, UNKNOWN_FUNCTION, PAYLOAD_TOO_LARGE,
 * STORAGE_*.
 */
export interface TaskHub {
  readonly name: string;
  /** Starts an orchestration; resolves to its instance id. */
  start(options: StartOptions): Promise<string>;
  /** Starts an orchestration and resolves as `waitForCompletion` does, without a look-up in between; undefined when it was purged meanwhile. */
  startAndWait(options: StartOptions, timeoutMs: number): Promise<InstanceState | undefined>;
  getInstance(instanceId: string): Promise<InstanceState | undefined>;
  queryInstances(query: InstanceQuery): Promise<InstancePage>;
  /** Ids of ended orchestrations in the order in which they have ended. Each page looks through all that have ended. */
  listInstanceIds(query: InstanceIdQuery): Promise<InstanceIdPage>;
  readHistory(instanceId: string): Promise<readonly HistoryEvent[]>;
  /** Tells what an instance waits for, since when, and who has it; `undefined` when there is none. */
  explain(instanceId: string): Promise<InstanceExplanation | undefined>;
  /**
   * Resolves when the instance has ended, or after `timeoutMs` with the state it then has; `undefined` when there is none.
   * Woken by the completion itself; polling is only the safety net for completions in other processes.
   */
  waitForCompletion(instanceId: string, timeoutMs: number): Promise<InstanceState | undefined>;
  /**
   * The same for its start: when its first episode has been saved, whatever it came to. A suspended instance has started;
   * one that waits for its scheduled time has not.
   */
  waitForStart(instanceId: string, timeoutMs: number): Promise<InstanceState | undefined>;
  raiseEvent(instanceId: string, name: string, input: JsonText | null, traceContext?: TraceContext): Promise<void>;
  /**
   * Starts an orchestration again with the name and input of an existing instance, under a new id or (when it has ended)
   * under its own, else it rejects with INSTANCE_EXISTS; resolves to the id. The answer of `startAndWait` comes with `waitForCompletion`.
   */
  restart(instanceId: string, withNewInstanceId: boolean): Promise<string>;
  /**
   * Lets a failed instance go on: what failed in it is done again, what succeeded is not. Rejects with
   * INSTANCE_NOT_FAILED for an instance in any other status.
   */
  rewind(instanceId: string, reason: string | null): Promise<void>;
  terminate(instanceId: string, reason: string | null, options?: TerminateOptions): Promise<void>;
  suspend(instanceId: string, reason: string | null): Promise<void>;
  resume(instanceId: string, reason: string | null): Promise<void>;
  /**
   * Deletes one instance with its history. One that still runs is terminated first, so that its parent gets an answer and
   * entities are released. Rejects with INSTANCE_RUNNING when it is being started again at this moment.
   */
  purgeInstance(instanceId: string, options?: PurgeOptions): Promise<PurgeResult>;
  /** Deletes all ended instances that a filter selects. */
  purgeInstances(filter: InstanceFilter, options?: PurgeOptions): Promise<PurgeResult>;
  /** Sends an operation to an entity, one way. `dueAt`: milliseconds since the epoch. */
  signalEntity(
    id: EntityId,
    operation: string,
    input: JsonText | null,
    dueAt?: number,
    traceContext?: TraceContext,
  ): Promise<void>;
  getEntity(id: EntityId): Promise<EntityState | undefined>;
  queryEntities(query: EntityQuery): Promise<EntityPage>;
  /** Looks through all entities, removes those that hold nothing, and releases locks whose holder has ended (contract §3.5). */
  cleanEntities(options?: CleanUpOptions): Promise<EntityCleanUp>;
}

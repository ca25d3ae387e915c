import type { DurableHostError } from "../errors";
import type { ActivityTask } from "../model/activity-task";
import type { HistoryEvent, ExecutionStarted, TaskCompleted, TaskFailed } from "../model/history-event";
import type { InstanceState } from "../model/instance";
import type { InstanceKind } from "../model/instance-id";
import type { Message, StoredMessage } from "../model/message";
import type { RuntimeStatus } from "../model/runtime-status";
import type { RecordStore } from "./record-store";

/** The kinds of work a dispatcher can lock. */
export type WorkKind = InstanceKind | "activity";

/** An exclusive, expiring claim on a work item. Opaque to everyone but the provider that gave it. */
export interface WorkLock {
  readonly token: string;
  /** Milliseconds since the epoch after which another owner may take the work item; renew before. */
  readonly expiresAt: number;
}

/** An instance that has messages, locked for one episode (or one entity batch). */
export interface OrchestrationWorkItem {
  readonly kind: InstanceKind;
  readonly lock: WorkLock;
  /** The instance as stored, before this work item. */
  readonly instance: InstanceState;
  /** Number of events stored for `instance.executionId`; tells whether a cached fold of the history is current. */
  readonly historyLength: number;
  /** Messages that are due, in order of arrival; at least one, unless the instance was locked by `lockInstance`. */
  readonly messages: readonly StoredMessage[];
}

/** An activity task, locked for one execution. */
export interface ActivityWorkItem {
  readonly kind: "activity";
  readonly lock: WorkLock;
  readonly task: ActivityTask;
  /** How often this task has been locked before; 0 for the first delivery. */
  readonly previousDeliveries: number;
}

/** A message to another instance, or to the same one, that a commit sends. */
export interface OutboundMessage extends Message {
  /**
   * When the target does not exist, create it as Pending with these fields and deliver.
   * Without a seed a message to a missing instance is dropped.
   */
  readonly seed?: InstanceSeed;
}

/** What a store needs to know to create an instance from a message. */
export type InstanceSeed = Pick<
  InstanceState,
  "executionId" | "name" | "version" | "input" | "parentInstanceId" | "tags" | "createdAt"
>;

/** How the history of an instance changes in a commit. */
export type HistoryChange =
  | { readonly type: "append"; readonly events: readonly HistoryEvent[] }
  /** A new execution (start over a finished id, continue-as-new, entity state): earlier events are deleted. */
  | { readonly type: "replace"; readonly events: readonly HistoryEvent[] };

/**
 * The data that ends an orchestration or entity work item. A provider saves all of it in one transaction,
 * and only while the lock is held, or nothing of it.
 */
export interface OrchestrationCommit {
  /**
   * The instance after this work item; `undefined` deletes instance, history, timers and messages. Messages that arrived
   * while it was locked have been acknowledged: for them it begins anew as Pending.
   */
  readonly instance: InstanceState | undefined;
  readonly history: HistoryChange;
  /** Sequence numbers of the messages of the work item that are now consumed: all of them, unless held back. */
  readonly consumedMessages: readonly number[];
  readonly activities: readonly ActivityTask[];
  readonly messages: readonly OutboundMessage[];
  /** Timers to wake this instance: TimerFired messages to itself, addressable by timer id so they can be cancelled. */
  readonly timers: readonly TimerMessage[];
  /** Timer ids of the current execution that no longer need to fire, or all of them. */
  readonly canceledTimers: readonly number[] | "all";
  /**
   * Activity tasks whose outcomes this commit records: they are deleted with it, and if the lock on one of them is no
   * longer held, all of the commit is refused (LOCK_LOST).
   */
  readonly endedActivities?: readonly ActivityWorkItem[];
}

/** A durable timer: delivered as TimerFired at `fireAt` (milliseconds since the epoch). */
export interface TimerMessage {
  readonly timerId: number;
  readonly fireAt: number;
}

/** What an activity execution came to; the event is sent to the instance that scheduled it. */
export type ActivityOutcome = TaskCompleted | TaskFailed;

/** Which instances a query returns. All conditions must hold; absent ones do not restrict. */
export interface InstanceFilter {
  readonly kind?: InstanceKind;
  readonly statuses?: readonly RuntimeStatus[];
  /** Inclusive, milliseconds since the epoch. */
  readonly createdFrom?: number;
  readonly createdTo?: number;
  readonly lastUpdatedFrom?: number;
  readonly lastUpdatedTo?: number;
  readonly instanceIdPrefix?: string;
  /** The whole name, compared without regard to case. */
  readonly name?: string;
  /** Each of them with exactly this value. */
  readonly tags?: Readonly<Record<string, string>>;
  /** A part of the JSON text of the custom status, as it is: nothing in it is a wildcard. */
  readonly customStatusContains?: string;
}

export interface InstanceQuery extends InstanceFilter {
  /** Largest number of instances to return. */
  readonly top: number;
  /** Continues an earlier query; opaque text made by the provider. */
  readonly continuationToken?: string;
}

export interface InstancePage {
  /** Ordered by creation time, then instance id. */
  readonly instances: readonly InstanceState[];
  /** Present when there may be more. */
  readonly continuationToken?: string;
}

/** A lock as people are told of it. */
export interface LockDescription {
  /** The process that holds it, in words a person can find it by. */
  readonly owner: string;
  /** When it was taken; absent where the store does not know. Milliseconds since the epoch, like all times here. */
  readonly since?: number;
  readonly expiresAt: number;
}

/** An activity task that has not been answered. */
export interface ActivityDescription {
  readonly taskId: number;
  /** How often it has been locked, the lock it has now included. Some stores count anew after a restart. */
  readonly deliveries: number;
  readonly lock?: LockDescription;
  /** It was given back, and is not to be locked again before this time. */
  readonly notBefore?: number;
}

/** The work of one instance as it is at this moment: for people, nothing is decided by it. */
export interface WorkDescription {
  /** Held while an episode or entity batch of it is executed. */
  readonly lock?: LockDescription;
  /** It was given back, and is not to be locked again before this time. */
  readonly notBefore?: number;
  /** Messages that are due and not consumed, those of an episode that is being executed among them. */
  readonly pendingMessages: number;
  /** When the one that arrived first was sent, or became due. */
  readonly oldestMessageAt?: number;
  /** When the next of the messages is due that wait for their time: a scheduled start, a timer, a delayed signal. */
  readonly nextDueAt?: number;
  /** Ids of the timers that are neither cancelled nor consumed, in ascending order. */
  readonly timers: readonly number[];
  /** In order of task id. */
  readonly activities: readonly ActivityDescription[];
}

/**
 * The store of one task hub. It stores and locks; it never decides.
 *
 * Guarantees every provider gives (checked by the contract suite in testkit):
 * - P1 a method that resolves has made its effect durable: it survives `kill -9` and power loss;
 * - P2 a method that rejects has had no effect, unless the error is STORAGE_TRANSIENT with `outcomeUnknown`;
 * - P3 one instance is locked by at most one work item at a time, and so is one activity task;
 * - P4 messages of one sender to one instance are delivered in the order they were committed;
 * - P5 nothing a reader is shown can be lost afterwards.
 */
export interface StorageProvider {
  /** A short name for logs and status answers: `sqlite`, `mssql`. */
  readonly name: string;

  // Lifecycle
  /** Creates what is missing, recovers after a crash, begins to signal work. Rejects with STORE_IN_USE, STORE_CORRUPT, SCHEMA_TOO_NEW or STORAGE_*. */
  start(): Promise<void>;
  /** Finishes what was begun and closes. Work items still locked are given back. */
  stop(): Promise<void>;
  /** Deletes every instance of the task hub. Its records stay: they belong to the hosts. */
  deleteTaskHub(): Promise<void>;

  // Clients
  /**
   * Creates a Pending instance with its ExecutionStarted message in one transaction.
   * An existing instance is replaced when its status is in `replaceable`, else rejects with INSTANCE_EXISTS.
   */
  createInstance(start: ExecutionStarted, replaceable: ReadonlySet<RuntimeStatus>): Promise<void>;
  /** Enqueues a message. Resolves to false when the instance does not exist and the message has no seed. */
  sendMessage(message: OutboundMessage): Promise<boolean>;
  getInstance(instanceId: string): Promise<InstanceState | undefined>;
  queryInstances(query: InstanceQuery): Promise<InstancePage>;
  /** Events of the newest execution in order; empty when there are none. */
  readHistory(instanceId: string): Promise<readonly HistoryEvent[]>;
  /**
   * Tells what the store knows about the work of an instance; undefined when there is no such instance. Optional: without
   * it nobody can be told who holds a lock.
   */
  describeWork?(instanceId: string): Promise<WorkDescription | undefined>;
  /**
   * Deletes instances with all that belongs to them; resolves to how many were deleted. With `statuses`, only those that are
   * in one of them at the moment of deletion, and that no start is waiting for.
   */
  purgeInstances(instanceIds: readonly string[], statuses?: readonly RuntimeStatus[]): Promise<number>;

  // Work
  /**
   * Locks up to `max` instances of one kind that have due messages. Resolves to fewer only when no more are free at this moment;
   * a store that cannot be sure of that signals `onWork`. An empty list when there are none.
   */
  lockOrchestrations(kind: InstanceKind, max: number): Promise<readonly OrchestrationWorkItem[]>;
  /**
   * Locks one instance, whether or not it has messages, if it runs this execution and is free; undefined otherwise, and
   * whenever finding out would take long. A provider has it if it can save `endedActivities`: an activity's outcome then
   * goes straight into the next episode, and one commit takes the place of two.
   */
  lockInstance?(instanceId: string, executionId: string): Promise<OrchestrationWorkItem | undefined>;
  /** Locks up to `max` activity tasks, oldest first. Resolves to fewer as `lockOrchestrations` does. */
  lockActivities(max: number): Promise<readonly ActivityWorkItem[]>;
  /** Prolongs a lock. Rejects with LOCK_LOST when it is no longer held. */
  renewLock(item: OrchestrationWorkItem | ActivityWorkItem): Promise<WorkLock>;
  /**
   * Saves a commit and releases the lock. Rejects with LOCK_LOST when the lock is no longer held, and with INVALID_ARGUMENT or
   * INVALID_INSTANCE_ID, the lock being kept, for a name or an id that the store cannot hold: nothing is saved then.
   */
  commitOrchestration(item: OrchestrationWorkItem, commit: OrchestrationCommit): Promise<void>;
  /** Deletes the task and sends the outcome to its instance. An outcome for an execution that is gone is dropped. */
  commitActivity(item: ActivityWorkItem, outcome: ActivityOutcome): Promise<void>;
  /** Gives a work item back unchanged, not to be locked again before `delayMs` have passed. Does nothing if the lock is lost. */
  abandon(item: OrchestrationWorkItem | ActivityWorkItem, delayMs: number): Promise<void>;

  /** What the hosts on this task hub share beside its instances. Optional: without it each host is on its own. */
  readonly records?: RecordStore;

  // Wake-up
  /** Calls back whenever work of a kind may have become available. Returns a function that ends it. */
  onWork(listener: (kind: WorkKind) => void): () => void;
  /**
   * Calls back once if the store can no longer be used by this process, though it could when it started: from then on
   * everything rejects with this error, and only a restart recovers. Returns a function that ends it.
   */
  onFailure(listener: (error: DurableHostError) => void): () => void;
  /** How often this process has made something durable, and for how many operations. Optional: where it is counted. */
  readonly counters?: { readonly flushes: number; readonly operations: number };
  /** Work items of a kind that could be locked now; undefined while it is not open. Optional: where it costs nothing to tell. */
  pendingWork?(kind: WorkKind): number | undefined;
  /** False while the store does not answer, and comes back by itself when it does. Optional: without it, it always answers. */
  isReachable?(): boolean;
}

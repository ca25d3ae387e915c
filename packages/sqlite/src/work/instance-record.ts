import type { ActivityTask, InstanceKind, InstanceState, RuntimeStatus } from "@durable-host/engine";
import type { InstanceHead } from "../rows";
import type { HeapItem } from "./indexed-heap";
import type { Lock } from "./lock-table";
import { Mailbox } from "./mailbox";
import type { MessageEntry } from "./message-entry";
import type { Timer } from "./timers";

/** A pending activity task as memory knows it. */
export interface ActivityEntry extends HeapItem {
  readonly sequenceNumber: number;
  readonly record: InstanceRecord;
  /** Length of the stored task. */
  readonly bytes: number;
  /** Absent when it must be read from the table: over the byte budget, or recovered. */
  task: ActivityTask | undefined;
  /** How often it was locked. Counted in memory: a restart of the host begins anew. */
  deliveries: number;
  lock: Lock<ActivityEntry> | undefined;
  delay: Timer | undefined;
}

const NO_ACTIVITIES: ReadonlySet<ActivityEntry> = new Set();

/** An instance as memory knows it. It is kept while something of it is pending, and after that as long as the state cache keeps it. */
export class InstanceRecord implements InstanceHead {
  readonly key: number;
  readonly instanceId: string;
  readonly kind: InstanceKind;
  executionId: string;
  status: RuntimeStatus;
  /** Absent when it must be read from the table. */
  state: InstanceState | undefined;
  /** Known whenever `state` is. */
  historyLength = 0;
  /** What `state` counts in the cache. */
  stateBytes = 0;

  readonly mailbox = new Mailbox();
  lock: Lock<InstanceRecord> | undefined;
  /** The messages of the work item that holds `lock`. */
  handedOut: readonly MessageEntry[] = [];
  /** Runs while an abandoned instance must not be locked again. */
  delay: Timer | undefined;
  /** In a ready queue at this moment. */
  queued = false;
  /** Purged or replaced: nothing may be done with it any more. */
  removed = false;
  private pendingActivities: Set<ActivityEntry> | undefined;

  constructor(head: InstanceHead) {
    this.key = head.key;
    this.instanceId = head.instanceId;
    this.kind = head.kind;
    this.executionId = head.executionId;
    this.status = head.status;
  }

  /** Its activity tasks, locked or not. */
  get activities(): ReadonlySet<ActivityEntry> {
    return this.pendingActivities ?? NO_ACTIVITIES;
  }

  addActivity(entry: ActivityEntry): void {
    (this.pendingActivities ??= new Set()).add(entry);
  }

  deleteActivity(entry: ActivityEntry): void {
    this.pendingActivities?.delete(entry);
  }

  /** Tells whether it may be locked now. */
  get isReady(): boolean {
    return !this.removed && this.lock === undefined && this.delay === undefined && this.mailbox.hasWork;
  }

  /** Tells whether memory must keep it, for what is pending exists nowhere else in an accessible order. */
  get isPinned(): boolean {
    return this.lock !== undefined || this.mailbox.size > 0 || this.activities.size > 0;
  }
}

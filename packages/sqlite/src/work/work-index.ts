import type { ActivityTask, InstanceKind, InstanceState, WorkKind } from "@durable-host/engine";
import type { InstanceHead, StoredInstance } from "../rows";
import { ActivityQueue } from "./activity-queue";
import { ByteBudget } from "./byte-budget";
import { InstanceQueue } from "./instance-queue";
import { InstanceRecord, type ActivityEntry } from "./instance-record";
import type { Lock } from "./lock-table";
import type { HandOutLimits } from "./mailbox";
import type { MessageEntry } from "./message-entry";
import { StateCache } from "./state-cache";
import { Timers } from "./timers";

export interface WorkIndexOptions {
  readonly lockDurationMs: number;
  /** Makes the lock tokens of this run of the store differ from those of earlier runs. */
  readonly tokenPrefix: string;
  readonly handOutLimits: HandOutLimits;
  /** Largest number of bytes of message and activity bodies kept in memory. */
  readonly bodyBytes: number;
  /** Largest number of bytes of instance states kept in memory. */
  readonly stateBytes: number;
  /** Called when something became lockable. */
  readonly onReady: (kind: WorkKind) => void;
}

/**
 * Everything that can be worked on, in memory: queues, timers, locks. It mirrors the durable content of the tables and is
 * changed only after a transaction is durable, so nothing is dispatched that a crash could take back.
 */
export class WorkIndex {
  readonly timers = new Timers();
  readonly instances: InstanceQueue;
  readonly activities: ActivityQueue;
  private readonly records = new Map<string, InstanceRecord>();
  private readonly bodies: ByteBudget;
  private readonly states: StateCache;

  constructor(options: WorkIndexOptions) {
    const { lockDurationMs, tokenPrefix, handOutLimits, onReady } = options;
    this.instances = new InstanceQueue(lockDurationMs, `${tokenPrefix}-i`, handOutLimits, this.timers, onReady);
    this.activities = new ActivityQueue(lockDurationMs, `${tokenPrefix}-a`, this.timers, () => onReady("activity"));
    this.bodies = new ByteBudget(options.bodyBytes);
    this.states = new StateCache(options.stateBytes, (record) => this.forgetIfIdle(record));
  }

  /** The instance, if memory has it; one it does not have may still be in the table. */
  find(instanceId: string): InstanceRecord | undefined {
    return this.records.get(instanceId);
  }

  /** The record of an instance that is in the table, made if memory has none. */
  resident(head: InstanceHead): InstanceRecord {
    const known = this.records.get(head.instanceId);
    if (known !== undefined) return known;
    const record = new InstanceRecord(head);
    this.records.set(head.instanceId, record);
    return record;
  }

  /** Remembers the state of an instance that is in the table. */
  remember({ head, state, historyLength }: StoredInstance): InstanceRecord {
    const record = this.resident(head);
    this.states.put(record, state, historyLength);
    return record;
  }

  /** Sets what a commit made of an instance. */
  update(record: InstanceRecord, state: InstanceState, historyLength: number): void {
    this.states.put(record, state, historyLength);
  }

  /** Takes an instance out with everything that belongs to it. Locks on it and on its activities are lost. */
  remove(record: InstanceRecord): void {
    record.removed = true;
    this.instances.unlock(record);
    this.removeMessages(record, new Set(record.mailbox.entries()));
    for (const entry of record.activities) this.removeActivity(entry);
    this.states.drop(record);
    if (this.records.get(record.instanceId) === record) this.records.delete(record.instanceId);
  }

  /** Takes everything out. */
  clear(): void {
    for (const record of [...this.records.values()]) this.remove(record);
  }

  /** All locks that are held. */
  locks(): readonly Lock<unknown>[] {
    return [...this.instances.locks.all(), ...this.activities.locks.all()];
  }

  /** Gives a locked instance back after its commit. */
  release(record: InstanceRecord, now: number): void {
    if (record.removed) return;
    this.instances.giveBack(record, now, now);
    this.forgetIfIdle(record);
  }

  addMessage(record: InstanceRecord, entry: MessageEntry, now: number): void {
    if (entry.event !== undefined && !this.bodies.take(entry.bytes)) entry.event = undefined;
    record.mailbox.add(entry, now, this.timers, () => this.instances.offer(record));
    this.instances.offer(record);
  }

  removeMessages(record: InstanceRecord, entries: ReadonlySet<MessageEntry>): void {
    for (const entry of entries) if (entry.event !== undefined) this.bodies.give(entry.bytes);
    record.mailbox.remove(entries, this.timers);
  }

  addActivity(record: InstanceRecord, sequenceNumber: number, task: ActivityTask | undefined, bytes: number): void {
    const kept = task !== undefined && this.bodies.take(bytes) ? task : undefined;
    this.activities.add({
      sequenceNumber,
      record,
      bytes,
      task: kept,
      deliveries: 0,
      lock: undefined,
      delay: undefined,
      position: -1,
    });
  }

  removeActivity(entry: ActivityEntry): void {
    if (entry.task !== undefined) this.bodies.give(entry.bytes);
    this.activities.remove(entry);
    this.forgetIfIdle(entry.record);
  }

  /** Lets everything happen whose time has come: messages and abandoned items become available, locks expire. */
  advance(now: number): void {
    this.instances.expireLocks(now);
    this.activities.expireLocks(now);
    this.timers.run(now);
  }

  /** When `advance` has something to do next; undefined when nothing waits for time. */
  get nextAt(): number | undefined {
    const times = [this.timers.nextAt, this.instances.locks.nextAt, this.activities.locks.nextAt];
    return times.reduce(
      (first, next) => (first === undefined || (next !== undefined && next < first) ? next : first),
      undefined,
    );
  }

  /** Locks instances of a kind that have due messages. */
  lockInstances(kind: InstanceKind, max: number, now: number): InstanceRecord[] {
    return this.instances.lockNext(kind, max, now);
  }

  /** Drops a record that neither work nor the cache needs. */
  private forgetIfIdle(record: InstanceRecord): void {
    if (record.state !== undefined || record.isPinned) return;
    if (this.records.get(record.instanceId) === record) this.records.delete(record.instanceId);
  }
}

import type { InstanceKind } from "@durable-host/engine";
import { FifoQueue } from "./fifo-queue";
import type { InstanceRecord } from "./instance-record";
import { LockTable } from "./lock-table";
import type { HandOutLimits } from "./mailbox";
import type { Timers } from "./timers";

/** Instances with work, one queue per kind. Whoever became ready first is locked first, so a busy instance cannot starve another. */
export class InstanceQueue {
  private readonly ready: Readonly<Record<InstanceKind, FifoQueue<InstanceRecord>>> = {
    orchestration: new FifoQueue(),
    entity: new FifoQueue(),
  };
  readonly locks: LockTable<InstanceRecord>;

  constructor(
    lockDurationMs: number,
    tokenPrefix: string,
    private readonly limits: HandOutLimits,
    private readonly timers: Timers,
    private readonly onReady: (kind: InstanceKind) => void,
  ) {
    this.locks = new LockTable(lockDurationMs, tokenPrefix);
  }

  /** Number of instances that wait to be locked. */
  waiting(kind: InstanceKind): number {
    return this.ready[kind].size;
  }

  /** Queues the instance if it has work and nothing keeps it from being locked. */
  offer(record: InstanceRecord): void {
    if (record.queued || !record.isReady) return;
    record.queued = true;
    this.ready[record.kind].push(record);
    this.onReady(record.kind);
  }

  /** Locks up to `max` instances of a kind; what each is to work on is in `handedOut`. */
  lockNext(kind: InstanceKind, max: number, now: number): InstanceRecord[] {
    const locked: InstanceRecord[] = [];
    while (locked.length < max) {
      const record = this.ready[kind].shift();
      if (record === undefined) break;
      record.queued = false;
      // Its messages may be gone since it was queued: cancelled timers, a purge.
      if (!record.isReady) continue;
      record.lock = this.locks.acquire(record, now);
      record.handedOut = record.mailbox.handOut(this.limits);
      locked.push(record);
    }
    return locked;
  }

  /** Locks this instance if it is free, whether or not it has messages; returns whether it was. */
  lockOne(record: InstanceRecord, now: number): boolean {
    if (record.removed || record.lock !== undefined || record.delay !== undefined) return false;
    record.lock = this.locks.acquire(record, now);
    record.handedOut = record.mailbox.handOut(this.limits);
    return true;
  }

  /** Gives a locked instance back, to be locked again no earlier than `notBefore`. */
  giveBack(record: InstanceRecord, notBefore: number, now: number): void {
    this.unlock(record);
    if (notBefore > now) {
      record.delay = this.timers.set(notBefore, () => {
        record.delay = undefined;
        this.offer(record);
      });
    }
    this.offer(record);
  }

  /** Forgets lock and delay of an instance; whoever held the lock has lost it. */
  unlock(record: InstanceRecord): void {
    if (record.lock !== undefined) this.locks.release(record.lock);
    record.lock = undefined;
    record.handedOut = [];
    if (record.delay !== undefined) this.timers.cancel(record.delay);
    record.delay = undefined;
  }

  expireLocks(now: number): void {
    this.locks.expire(now, ({ owner }) => this.giveBack(owner, now, now));
  }
}

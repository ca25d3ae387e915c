import { IndexedHeap } from "./indexed-heap";
import type { ActivityEntry } from "./instance-record";
import { LockTable } from "./lock-table";
import type { Timers } from "./timers";

/** The activity tasks of the task hub: oldest first, also those that come back because a lock expired. */
export class ActivityQueue {
  private readonly ready = new IndexedHeap<ActivityEntry>((a, b) => a.sequenceNumber < b.sequenceNumber);
  readonly locks: LockTable<ActivityEntry>;

  constructor(
    lockDurationMs: number,
    tokenPrefix: string,
    private readonly timers: Timers,
    private readonly onReady: () => void,
  ) {
    this.locks = new LockTable(lockDurationMs, tokenPrefix);
  }

  /** Number of tasks that wait to be locked. */
  get waiting(): number {
    return this.ready.size;
  }

  add(entry: ActivityEntry): void {
    entry.record.addActivity(entry);
    this.offer(entry);
  }

  /** Locks up to `max` tasks. */
  lockNext(max: number, now: number): ActivityEntry[] {
    const locked: ActivityEntry[] = [];
    while (locked.length < max) {
      const entry = this.ready.pop();
      if (entry === undefined) break;
      entry.lock = this.locks.acquire(entry, now);
      entry.deliveries++;
      locked.push(entry);
    }
    return locked;
  }

  /** Gives a locked task back, to be locked again no earlier than `notBefore`. */
  giveBack(entry: ActivityEntry, notBefore: number, now: number): void {
    this.unlock(entry);
    if (notBefore <= now) return this.offer(entry);
    entry.delay = this.timers.set(notBefore, () => this.offer(entry));
  }

  /** Removes a task for good, in whatever state it is. A lock on it is lost. */
  remove(entry: ActivityEntry): void {
    this.unlock(entry);
    if (entry.delay !== undefined) this.timers.cancel(entry.delay);
    this.ready.remove(entry);
    entry.record.deleteActivity(entry);
  }

  expireLocks(now: number): void {
    this.locks.expire(now, ({ owner }) => this.giveBack(owner, now, now));
  }

  private unlock(entry: ActivityEntry): void {
    if (entry.lock !== undefined) this.locks.release(entry.lock);
    entry.lock = undefined;
  }

  private offer(entry: ActivityEntry): void {
    entry.delay = undefined;
    this.ready.push(entry);
    this.onReady();
  }
}

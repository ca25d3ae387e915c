/** A claim on a work item. `ending` while the commit that ends it is being saved: such a lock cannot expire. */
export interface Lock<T> {
  readonly token: string;
  readonly owner: T;
  /** When it was taken, in milliseconds since the epoch. */
  readonly since: number;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  ending: boolean;
}

/**
 * All locks of one kind. They live in memory only: a crash of the owner of the file gives everything back.
 * All locks last equally long, so insertion order is the order in which they expire.
 */
export class LockTable<T> {
  private readonly locks = new Map<string, Lock<T>>();
  private taken = 0;

  /** `tokenPrefix` must differ between any two tables of which an item might meet the other. */
  constructor(
    private readonly durationMs: number,
    private readonly tokenPrefix: string,
  ) {}

  get size(): number {
    return this.locks.size;
  }

  acquire(owner: T, now: number): Lock<T> {
    const lock: Lock<T> = {
      token: this.tokenPrefix + ++this.taken,
      owner,
      since: now,
      expiresAt: now + this.durationMs,
      ending: false,
    };
    this.locks.set(lock.token, lock);
    return lock;
  }

  /** The lock with this token, if it is still held. */
  find(token: string): Lock<T> | undefined {
    return this.locks.get(token);
  }

  /** Prolongs a lock; returns when it expires now, or undefined when it is not held. */
  renew(token: string, now: number): number | undefined {
    const lock = this.locks.get(token);
    if (lock === undefined) return undefined;
    lock.expiresAt = now + this.durationMs;
    this.locks.delete(token);
    this.locks.set(token, lock);
    return lock.expiresAt;
  }

  release(lock: Lock<T>): void {
    this.locks.delete(lock.token);
  }

  /** When the next lock expires; undefined when none can. */
  get nextAt(): number | undefined {
    for (const lock of this.locks.values()) if (!lock.ending) return lock.expiresAt;
    return undefined;
  }

  /** Takes out the locks whose time is over and passes each to `onExpired`. */
  expire(now: number, onExpired: (lock: Lock<T>) => void): void {
    for (const lock of this.locks.values()) {
      if (lock.expiresAt > now) return;
      if (lock.ending) continue;
      this.locks.delete(lock.token);
      onExpired(lock);
    }
  }

  all(): Iterable<Lock<T>> {
    return this.locks.values();
  }
}

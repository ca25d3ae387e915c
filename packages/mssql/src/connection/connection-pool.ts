import { DurableHostError } from "@durable-host/engine";
import { Pool, TimeoutError } from "tarn";
import type { PoolSettings } from "./connection-settings";

/** What the pool needs to know of a connection. */
export interface PoolMember {
  readonly usable: boolean;
  close(): Promise<void>;
}

export interface ConnectionPoolOptions<T extends PoolMember> extends PoolSettings {
  /** Makes a connection; the signal aborts when the pool closes. */
  readonly open: (signal: AbortSignal) => Promise<T>;
  /** Longest time a connection may take to come about; `open` has its own limit below it. */
  readonly openTimeoutMs: number;
  /** Longest wait for a connection while all are in use. */
  readonly acquireTimeoutMs: number;
  /** How long a connection may lie idle before it is closed. */
  readonly idleTimeoutMs: number;
  /** Milliseconds; for the age of connections. */
  readonly now: () => number;
}

/** How often the pool looks for connections that lay idle too long. */
const LOOK_FOR_IDLE_MS = 10_000;

/** Connections for reuse. A failure to connect goes to the caller at once: it has its own rule for trying again. */
export class ConnectionPool<T extends PoolMember> {
  private readonly pool: Pool<T>;
  private readonly closing = new AbortController();
  private readonly openedAt = new WeakMap<T, number>();
  private closed: Promise<void> | undefined;

  constructor(private readonly options: ConnectionPoolOptions<T>) {
    this.pool = new Pool<T>({
      create: () => this.open(),
      destroy: (member: T) => member.close(),
      validate: (member: T) => this.isFit(member),
      min: options.min,
      max: options.max,
      acquireTimeoutMillis: options.acquireTimeoutMs,
      createTimeoutMillis: options.openTimeoutMs,
      idleTimeoutMillis: options.idleTimeoutMs,
      reapIntervalMillis: LOOK_FOR_IDLE_MS,
      propagateCreateError: true,
    });
  }

  /** Connections that exist, used or idle. */
  get size(): number {
    return this.pool.numUsed() + this.pool.numFree();
  }

  /** A connection for one caller, until it is released. */
  async acquire(signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.closed) throw poolClosed();
    const pending = this.pool.acquire();
    const abort = (): void => pending.abort();
    signal?.addEventListener("abort", abort);
    try {
      return await pending.promise;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (this.closed) throw poolClosed();
      if (error instanceof TimeoutError) throw this.allBusy(error);
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Takes a connection back. Without `reuse` it is closed first: the pool finds it unusable then and forgets it. */
  async release(member: T, reuse: boolean): Promise<void> {
    if (!reuse || !this.options.reuse) await member.close();
    this.pool.release(member);
  }

  /** Lets connections in use come back, and closes all. No timer or socket is left when it resolves. */
  close(): Promise<void> {
    this.closed ??= this.shutDown();
    return this.closed;
  }

  private async shutDown(): Promise<void> {
    this.closing.abort();
    await this.pool.destroy();
  }

  private async open(): Promise<T> {
    const member = await this.options.open(this.closing.signal);
    this.openedAt.set(member, this.options.now());
    return member;
  }

  private isFit(member: T): boolean {
    const { lifetimeMs, now } = this.options;
    const age = now() - (this.openedAt.get(member) ?? 0);
    return member.usable && (lifetimeMs === 0 || age <= lifetimeMs);
  }

  private allBusy(cause: Error): DurableHostError {
    return new DurableHostError(
      "STORAGE_TRANSIENT",
      `All ${this.options.max} connections to the database were in use for ${this.options.acquireTimeoutMs / 1000} s. ` +
        "If that goes on, raise Max Pool Size in the connection string.",
      { cause },
    );
  }
}

function poolClosed(): DurableHostError {
  return new DurableHostError("STORAGE_PERMANENT", "The connection to the database has been closed.");
}

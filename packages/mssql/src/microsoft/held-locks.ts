import {
  DurableHostError,
  type ActivityWorkItem,
  type Clock,
  type MessageEvent,
  type OrchestrationWorkItem,
} from "@durable-host/engine";
import type { InstanceRow } from "../rows/instance-row";

export type WorkItem = OrchestrationWorkItem | ActivityWorkItem;

/** An instance that this process has locked, as the database knows it. */
export interface HeldInstance {
  readonly kind: "instance";
  readonly row: InstanceRow;
  /** Where the text of each message is that was handed out. */
  readonly eventPayloads: ReadonlyMap<MessageEvent, string | null>;
  /** Sequence numbers of rows that mean nothing to the engine: consumed with its messages. */
  readonly meaningless: readonly number[];
  /** Of the first event that a commit appends. */
  readonly nextSequenceNumber: number;
}

/** An activity task that this process has locked. */
export interface HeldTask {
  readonly kind: "task";
  readonly instanceId: string;
  /** As it is stored. */
  readonly executionId: string;
  readonly sequenceNumber: number;
}

export type Held = HeldInstance | HeldTask;

interface Entry {
  readonly held: Held;
  expiresAt: number;
}

/**
 * The locks of this process. Microsoft's procedures do not ask who holds a lock, so this process must: what it has let go,
 * or let expire, it does not touch again.
 */
export class HeldLocks {
  readonly #clock: Clock;
  readonly #entries = new Map<WorkItem, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param expiresAt by this process's clock */
  add(item: WorkItem, held: Held, expiresAt: number): void {
    this.#dropExpired();
    this.#entries.set(item, { held, expiresAt });
  }

  instance(item: OrchestrationWorkItem): HeldInstance {
    const held = this.#current(item)?.held;
    return held?.kind === "instance" ? held : lost();
  }

  task(item: ActivityWorkItem): HeldTask {
    const held = this.#current(item)?.held;
    return held?.kind === "task" ? held : lost();
  }

  renewed(item: WorkItem, expiresAt: number): void {
    const entry = this.#current(item) ?? lost();
    entry.expiresAt = expiresAt;
  }

  /** Lets a lock go; undefined when it was not held any more. */
  take(item: WorkItem): Held | undefined {
    const entry = this.#current(item);
    this.#entries.delete(item);
    return entry?.held;
  }

  takeAll(): readonly Held[] {
    this.#dropExpired();
    const all = [...this.#entries.values()].map(({ held }) => held);
    this.#entries.clear();
    return all;
  }

  /**
   * Does what ends the lock. Nobody can use it meanwhile; where the work fails for another reason than that the lock is
   * lost, it is held as before.
   */
  async ending<T>(item: WorkItem, work: () => Promise<T>): Promise<T> {
    const entry = this.#current(item) ?? lost();
    this.#entries.delete(item);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DurableHostError) || error.code !== "LOCK_LOST") this.#entries.set(item, entry);
      throw error;
    }
  }

  #current(item: WorkItem): Entry | undefined {
    const entry = this.#entries.get(item);
    return entry && entry.expiresAt > this.#clock.now() ? entry : undefined;
  }

  #dropExpired(): void {
    for (const [item, { expiresAt }] of this.#entries) {
      if (expiresAt <= this.#clock.now()) this.#entries.delete(item);
    }
  }
}

function lost(): never {
  throw new DurableHostError("LOCK_LOST", "The lock on the work item is lost.");
}

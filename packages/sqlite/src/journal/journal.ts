import { DurableHostError } from "@durable-host/engine";

/**
 * A change to the store. It checks what it must before its first statement and throws a DurableHostError if it
 * must not happen; what it throws otherwise counts as a failure of the whole transaction.
 */
export type Operation<Tx, T> = (transaction: Tx) => T;

/** The store as the journal sees it. */
export interface JournalTarget<Tx> {
  begin(): Tx;
  commit(transaction: Tx): void;
  /** Undoes the transaction, whether or not `commit` was tried. */
  rollback(transaction: Tx): void;
  /** Tells whether the transaction has changed anything: if not, there is nothing to make durable. */
  hasChanges(transaction: Tx): boolean;
  /** Makes durable what was committed; `operations`: how many wait for it. */
  sync(operations: number): Promise<void>;
  /** Makes the effects of a durable transaction visible in memory. */
  apply(transaction: Tx): void;
  /** Called after each flush, however it ended, before its promises settle. */
  flushed(): void;
  /** Called once, when nothing can be saved any more. */
  broke(error: DurableHostError): void;
  /** Translates what a failed transaction threw. */
  failure(error: unknown): DurableHostError;
}

/** Counters for benchmarks and tests. */
export interface JournalCounters {
  readonly flushes: number;
  readonly operations: number;
}

interface Pending<Tx> {
  readonly run: Operation<Tx, unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  outcome: { readonly value: unknown } | { readonly error: unknown } | undefined;
}

/** Bounds the time the event loop is held by one transaction. */
const LARGEST_BATCH = 256;

/**
 * Group commit. While one batch of operations is made durable the next one gathers; each batch is one transaction and one
 * synchronisation of the log.
 *
 * - J1 operations take effect in the order they were submitted;
 * - J2 an operation settles only after its batch is durable (or has failed without a trace);
 * - J3 memory changes only after J2's durability, so memory never shows what a crash could take back;
 * - J4 one failing operation never fails another: its batch is undone and repeated one operation at a time;
 * - J5 reads run between batches, when tables and memory agree and everything in them is durable.
 */
export class Journal<Tx> {
  private queue: Pending<Tx>[] = [];
  private reads: (() => void)[] = [];
  private running: Promise<void> | undefined;
  /** Why nothing more is accepted. */
  private closed: DurableHostError | undefined;
  /** Why nothing more can be saved or shown, not even what was accepted before. */
  private broken: DurableHostError | undefined;
  private flushes = 0;
  private operations = 0;

  constructor(
    private readonly target: JournalTarget<Tx>,
    private readonly batchSize: number = LARGEST_BATCH,
  ) {}

  get counters(): JournalCounters {
    return { flushes: this.flushes, operations: this.operations };
  }

  /** Runs an operation in the next batch; settles when it is durable or rejected. */
  submit<T>(run: Operation<Tx, T>): Promise<T> {
    if (this.closed) return Promise.reject(this.closed);
    return new Promise<T>((resolve, reject) => {
      // The queue holds operations of every result type; each pending entry resolves with what its own `run` returned.
      this.queue.push({ run, resolve: resolve as (value: unknown) => void, reject, outcome: undefined });
      this.wake();
    });
  }

  /** Runs `query` when all that the tables show is durable (J5): at once if nothing is being saved, else after the current batch. */
  read<T>(query: () => T): Promise<T> {
    if (this.closed) return Promise.reject(this.closed);
    return new Promise<T>((resolve, reject) => {
      const run = () => {
        if (this.broken) return reject(this.broken);
        try {
          resolve(query());
        } catch (error) {
          reject(this.target.failure(error));
        }
      };
      if (this.running) this.reads.push(run);
      else run();
    });
  }

  /** Rejects new operations with `reason`, finishes those submitted before. */
  async close(reason: DurableHostError): Promise<void> {
    this.closed ??= reason;
    await this.running;
  }

  private wake(): void {
    this.running ??= this.drain();
  }

  private async drain(): Promise<void> {
    // Everything submitted in this turn of the event loop, by whichever callback, belongs to the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.queue.length > 0) {
      const batch = this.queue.length <= this.batchSize ? this.queue : this.queue.slice(0, this.batchSize);
      this.queue = batch === this.queue ? [] : this.queue.slice(this.batchSize);
      await this.flush(batch);
      this.runReads();
    }
    this.running = undefined;
    this.runReads();
  }

  private runReads(): void {
    const reads = this.reads;
    this.reads = [];
    for (const read of reads) read();
  }

  private async flush(batch: readonly Pending<Tx>[]): Promise<void> {
    if (this.broken) return this.rejectAll(batch, this.broken);
    const failure = await this.save(batch);
    if (failure === undefined) return this.settle(batch);
    if (batch.length === 1 || this.broken) return this.rejectAll(batch, failure);
    for (const pending of batch) await this.flush([pending]);
  }

  /** Saves a batch; returns why it could not be saved, in which case nothing of it was. */
  private async save(batch: readonly Pending<Tx>[]): Promise<DurableHostError | undefined> {
    let transaction: Tx | undefined;
    try {
      transaction = this.target.begin();
      for (const pending of batch) pending.outcome = attempt(pending.run, transaction);
      this.target.commit(transaction);
    } catch (error) {
      return this.undo(transaction, error);
    }
    return this.makeDurable(transaction, batch.length);
  }

  /** Takes back a batch that failed with `reason`. If not even that succeeds, nobody knows what a next one would save. */
  private undo(transaction: Tx | undefined, reason: unknown): DurableHostError {
    try {
      if (transaction !== undefined) this.target.rollback(transaction);
      this.target.flushed();
      return this.target.failure(reason);
    } catch (error) {
      return this.giveUp(error);
    }
  }

  private async makeDurable(transaction: Tx, operations: number): Promise<DurableHostError | undefined> {
    try {
      if (this.target.hasChanges(transaction)) await this.target.sync(operations);
      this.target.apply(transaction);
      this.flushes++;
      this.operations += operations;
      this.target.flushed();
      return undefined;
    } catch (error) {
      return this.giveUp(error);
    }
  }

  /**
   * After a failed sync the operating system may have dropped what it could not write, and nobody can tell whether the
   * batch is in the file: the only honest way on is a restart. The same goes for memory that does not follow the file.
   */
  private giveUp(error: unknown): DurableHostError {
    const cause = this.target.failure(error);
    const message = `${cause.message} The host must be restarted to recover the store.`;
    this.broken = new DurableHostError("STORAGE_PERMANENT", message, { cause });
    this.closed = this.broken;
    this.target.broke(this.broken);
    return new DurableHostError("STORAGE_TRANSIENT", cause.message, { cause: error, outcomeUnknown: true });
  }

  private settle(batch: readonly Pending<Tx>[]): void {
    for (const { outcome, resolve, reject } of batch) {
      if (outcome === undefined) continue;
      if ("error" in outcome) reject(outcome.error);
      else resolve(outcome.value);
    }
  }

  private rejectAll(batch: readonly Pending<Tx>[], failure: DurableHostError): void {
    for (const { reject } of batch) reject(failure);
  }
}

function attempt<Tx>(run: Operation<Tx, unknown>, transaction: Tx): Pending<Tx>["outcome"] {
  try {
    return { value: run(transaction) };
  } catch (error) {
    if (error instanceof DurableHostError && error.code !== "STORE_CORRUPT") return { error };
    throw error;
  }
}

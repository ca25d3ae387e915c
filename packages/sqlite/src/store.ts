import {
  DurableHostError,
  WakeUp,
  type ActivityWorkItem,
  type Clock,
  type InstanceKind,
  type Logger,
  type OrchestrationWorkItem,
  type WorkLock,
  type WorkSignals,
} from "@durable-host/engine";
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import { PauseCheckpoints } from "./connection/checkpoints";
import type { Connection } from "./connection/open-database";
import { Journal } from "./journal/journal";
import type { KeySource } from "./journal/key-source";
import { Transaction } from "./journal/transaction";
import { lockLost } from "./operations/lock-lost";
import { freeKeys, recover } from "./operations/recover";
import type { Statements } from "./sql/statements";
import { storageError } from "./storage-errors";
import type { ActivityEntry, InstanceRecord } from "./work/instance-record";
import { WorkIndex } from "./work/work-index";

/** What an open store needs from outside. */
export interface StoreOptions {
  /** Names the store in messages. */
  readonly file: string;
  /** Opens it. */
  readonly connect: () => Connection;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signals: WorkSignals;
  readonly lockDurationMs: number;
  readonly bodyBytes: number;
  readonly stateBytes: number;
  readonly batchSize: number;
  /** Called once, when the store cannot be used any more. */
  readonly onFailure: (error: DurableHostError) => void;
  /** Differs between any two stores of one process. */
  readonly tokenPrefix: string;
}

const HAND_OUT_LIMITS = { messages: 1_000, bytes: 4 * 1024 * 1024 };

/** An open store: tables, journal and memory between `start` and `stop` of the provider. */
export class Store {
  readonly journal: Journal<Transaction>;
  readonly index: WorkIndex;
  readonly statements: Statements;
  readonly database: DatabaseSyncInstance;
  readonly logger: Logger;
  private readonly keys: KeySource;
  private readonly wakeUp: WakeUp;
  private readonly checkpoints: PauseCheckpoints;

  private constructor(
    private readonly options: StoreOptions,
    private readonly connection: Connection,
  ) {
    const { clock, signals, lockDurationMs, bodyBytes, stateBytes, tokenPrefix } = options;
    this.statements = connection.statements;
    this.database = connection.database;
    this.logger = options.logger;
    this.keys = freeKeys(this.statements);
    this.index = new WorkIndex({
      lockDurationMs,
      tokenPrefix,
      bodyBytes,
      stateBytes,
      handOutLimits: HAND_OUT_LIMITS,
      onReady: (kind) => signals.mark(kind),
    });
    this.wakeUp = new WakeUp(clock, () => this.advance());
    this.checkpoints = new PauseCheckpoints(connection, clock, options.logger);
    this.journal = new Journal(this.journalTarget(), options.batchSize);
  }

  /** Opens the file and puts everything pending back into the queues. */
  static open(options: StoreOptions): Store {
    const connection = options.connect();
    try {
      const store = new Store(options, connection);
      recover(store.statements, store.index, options.clock.now(), options.logger);
      return store;
    } catch (error) {
      connection.close();
      throw storageError(error, options.file);
    }
  }

  /** Lets time-dependent work become available, tells listeners, and sets the alarm for what is next. */
  advance(): void {
    this.index.advance(this.options.clock.now());
    this.wakeUp.at(this.index.nextAt);
    this.options.signals.emit();
  }

  /** Finishes what was submitted and closes the file. */
  async close(): Promise<void> {
    await this.journal.close(
      new DurableHostError("STORAGE_PERMANENT", `The store ${this.options.file} has been closed.`),
    );
    this.wakeUp.cancel();
    this.checkpoints.cancel();
    this.connection.close();
  }

  lockInstances(kind: InstanceKind, max: number): InstanceRecord[] {
    const now = this.options.clock.now();
    this.index.advance(now);
    const locked = this.index.lockInstances(kind, max, now);
    this.wakeUp.at(this.index.nextAt);
    return locked;
  }

  /** Locks this instance if it is free; returns whether it was. */
  lockInstance(record: InstanceRecord): boolean {
    const now = this.options.clock.now();
    this.index.advance(now);
    const locked = this.index.instances.lockOne(record, now);
    this.wakeUp.at(this.index.nextAt);
    return locked;
  }

  lockActivities(max: number): ActivityEntry[] {
    const now = this.options.clock.now();
    this.index.advance(now);
    const locked = this.index.activities.lockNext(max, now);
    this.wakeUp.at(this.index.nextAt);
    return locked;
  }

  /** @throws DurableHostError LOCK_LOST */
  renewLock(item: OrchestrationWorkItem | ActivityWorkItem): WorkLock {
    const { instances, activities } = this.index;
    const { locks } = item.kind === "activity" ? activities : instances;
    const expiresAt = locks.renew(item.lock.token, this.options.clock.now());
    if (expiresAt === undefined) throw lockLost(item);
    return { token: item.lock.token, expiresAt };
  }

  /** Gives an item back if its lock is still held and no commit of it is being saved. */
  abandon(item: OrchestrationWorkItem | ActivityWorkItem, delayMs: number): void {
    const { instances, activities } = this.index;
    if (item.kind === "activity") {
      const lock = activities.locks.find(item.lock.token);
      if (lock !== undefined && !lock.ending) this.giveBackActivity(lock.owner, delayMs);
    } else {
      const lock = instances.locks.find(item.lock.token);
      if (lock !== undefined && !lock.ending) this.giveBackInstance(lock.owner, delayMs);
    }
  }

  giveBackInstance(record: InstanceRecord, delayMs: number): void {
    const now = this.options.clock.now();
    this.index.instances.giveBack(record, now + delayMs, now);
    this.advance();
  }

  giveBackActivity(entry: ActivityEntry, delayMs: number): void {
    const now = this.options.clock.now();
    this.index.activities.giveBack(entry, now + delayMs, now);
    this.advance();
  }

  private journalTarget(): ConstructorParameters<typeof Journal<Transaction>>[0] {
    const { connection, statements, index, keys, options, checkpoints } = this;
    return {
      begin() {
        statements.begin.run();
        return new Transaction(statements, index, keys);
      },
      commit: () => void statements.commit.run(),
      rollback(transaction) {
        transaction.undo();
        // SQLite has ended the transaction by itself after some errors, a full disk among them.
        if (connection.database.isTransaction) statements.rollback.run();
      },
      hasChanges: (transaction) => transaction.changed,
      sync: (operations) => connection.sync(operations),
      apply: (transaction) => transaction.apply(options.clock.now()),
      flushed: () => {
        this.advance();
        checkpoints.afterFlush();
      },
      broke: (error) => options.onFailure(error),
      failure: (error) => storageError(error, options.file),
    };
  }
}

import { errorText } from "../errors";
import type { RuntimeStatus } from "../model/runtime-status";
import type { Clock } from "../ports/clock";
import type { Logger } from "../ports/logger";
import type { StorageProvider } from "../ports/storage-provider";

/** How long ended orchestration instances are kept, in milliseconds. Absent or Infinity: for ever. */
export interface RetentionPolicy {
  readonly completedAfterMs?: number | undefined;
  readonly failedAfterMs?: number | undefined;
  readonly terminatedAfterMs?: number | undefined;
  /** Time between two looks. */
  readonly checkIntervalMs: number;
}

export interface RetentionOptions {
  readonly provider: StorageProvider;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly policy: RetentionPolicy;
}

interface Rule {
  readonly status: RuntimeStatus;
  readonly ageMs: number;
}

/** A host that is restarted more often than it looks must come to look, too. */
const FIRST_CHECK_MS = 10_000;

/** Instances deleted in one transaction, and the rest for other work after each. */
const BATCH = 100;
const PAUSE_MS = 50;

/** Batches of one run; a run that leaves work behind is followed by the next after a short rest. */
const BATCHES_PER_RUN = 100;
const REST_MS = 5_000;

/**
 * Purges ended orchestration instances that are older than the policy says, by the time of their end. In small batches: it
 * is never in the way of other work. A sub-orchestration is an instance of its own; entities are never touched; an instance
 * that was started again is left by the store, which looks at the status once more when it deletes.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #rules: readonly Rule[];
  #stopped = true;
  #running: Promise<void> = Promise.resolve();
  /** Ends the present wait at once. */
  #wake: (() => void) | undefined;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#rules = rulesOf(options.policy);
  }

  start(): void {
    if (this.#rules.length === 0) return;
    this.#stopped = false;
    this.#running = this.#loop();
  }

  /** Resolves when the batch in hand has been deleted; no other follows. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#running;
  }

  async #loop(): Promise<void> {
    const { checkIntervalMs } = this.#options.policy;
    await this.#wait(Math.min(FIRST_CHECK_MS, checkIntervalMs));
    while (!this.#stopped) {
      const isDone = await this.#run();
      await this.#wait(isDone ? checkIntervalMs : Math.min(REST_MS, checkIntervalMs));
    }
  }

  /** Resolves to false when there is more to delete than one run may. */
  async #run(): Promise<boolean> {
    const { clock, logger } = this.#options;
    const now = clock.now();
    const run = { deleted: 0, batches: 0 };
    try {
      for (const rule of this.#rules) await this.#apply(rule, now - rule.ageMs, run);
    } catch (error) {
      const text = errorText(error);
      logger.warn(`Old instances could not be purged; it will be tried again: ${text}`, { error });
      return true;
    } finally {
      if (run.deleted > 0) logger.info(`Retention has purged ${run.deleted} old instances.`);
    }
    return run.batches < BATCHES_PER_RUN;
  }

  async #apply({ status }: Rule, until: number, run: { deleted: number; batches: number }): Promise<void> {
    const { provider } = this.#options;
    const filter = { kind: "orchestration", statuses: [status], createdTo: until, lastUpdatedTo: until } as const;
    let continuationToken: string | undefined;
    do {
      if (this.#stopped || run.batches >= BATCHES_PER_RUN) return;
      run.batches++;
      const page = await provider.queryInstances({ ...filter, top: BATCH, continuationToken });
      const old = page.instances.filter(({ completedAt, lastUpdatedAt }) => (completedAt ?? lastUpdatedAt) <= until);
      const ids = old.map(({ instanceId }) => instanceId);
      if (ids.length > 0) run.deleted += await provider.purgeInstances(ids, [status]);
      ({ continuationToken } = page);
      if (continuationToken !== undefined) await this.#wait(PAUSE_MS);
    } while (continuationToken !== undefined);
  }

  #wait(ms: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.schedule(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** One status each: a store has an index for that. */
function rulesOf({ completedAfterMs, failedAfterMs, terminatedAfterMs }: RetentionPolicy): readonly Rule[] {
  const ages: readonly (readonly [RuntimeStatus, number | undefined])[] = [
    ["Completed", completedAfterMs],
    ["Failed", failedAfterMs],
    ["Terminated", terminatedAfterMs],
    ["Canceled", terminatedAfterMs],
  ];
  return ages.flatMap(([status, ageMs]) => (ageMs !== undefined && Number.isFinite(ageMs) ? [{ status, ageMs }] : []));
}

import { errorText, hasCode } from "../errors";
import type { Clock } from "../ports/clock";
import type { Logger } from "../ports/logger";
import type { StorageProvider } from "../ports/storage-provider";
import type { WorkMeter } from "../ports/work-meter";
import { LockRenewal } from "./lock-renewal";
import { NotForThisWorker } from "./not-for-this-worker";
import { WorkItemWatch } from "./work-item-watch";
import type { WorkItem, WorkProcessor } from "./work-processor";

export interface DispatcherOptions {
  readonly provider: StorageProvider;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Largest number of work items whose code runs at the same time. */
  readonly concurrency: number;
  /** Milliseconds between looks at the store when nothing signals work; only the safety net. */
  readonly pollIntervalMs: number;
  /** How many work items whoever executes them takes at a time, at this moment. Absent: as many as `concurrency` says. */
  readonly capacity?: () => number;
  /** Absent: nothing is measured. */
  readonly meter?: WorkMeter;
}

/** First and longest delay before a failed work item is tried again. */
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;

/** How often giving a work item back is tried again while the store does not answer. */
const GIVE_BACK_AGAIN_MS = 5_000;

/** How many work items, as a multiple of the concurrency, may be in hand: those executed and those being committed. */
const IN_HAND = 5;

/**
 * Locks, executes and commits one kind of work item until it is stopped.
 *
 * D1 never more than `concurrency`, or the `capacity` there was when they were locked, of the work items it has locked are
 *    executed at a time (adopted ones have their place elsewhere), and never two calls of `lock` at once;
 * D2 every work item ends in exactly one of: processed, abandoned, or lost to another owner;
 * D3 a wake-up that arrives while the store is being asked is not forgotten: the store is asked again.
 */
export class Dispatcher<Item extends WorkItem> {
  readonly #processor: WorkProcessor<Item>;
  readonly #options: DispatcherOptions;
  readonly #inHand: LockRenewal<Item>;
  readonly #failures = new Map<string, number>();
  readonly #abort = new AbortController();
  #executing = 0;
  /** How many of the adopted work items are executed; they take a place of the executor's, but none of `concurrency`. */
  #adopted = 0;
  #state: "idle" | "locking" | "stopped" = "stopped";
  #woken = false;
  /** The last look at the store failed. */
  #blind = false;
  #cancelPoll: (() => void) | undefined;
  #onIdle: (() => void) | undefined;

  constructor(processor: WorkProcessor<Item>, options: DispatcherOptions) {
    this.#processor = processor;
    this.#options = options;
    this.#inHand = new LockRenewal(processor, options);
  }

  /** Number of work items in hand. */
  get active(): number {
    return this.#inHand.size;
  }

  start(): void {
    this.#state = "idle";
    this.#inHand.start();
    this.wake();
  }

  /** There may be work. */
  wake(): void {
    this.#woken = true;
    if (this.#state !== "idle") return;
    if (this.#free() > 0) void this.#fill();
    else if (this.#options.capacity) this.#pollAfter(this.#options.pollIntervalMs);
  }

  /** False while whoever executes its work items has no place for one more; `concurrency` does not count here. */
  get takesWork(): boolean {
    const { capacity } = this.#options;
    return capacity === undefined || capacity() > this.#executing + this.#adopted;
  }

  /** Stops locking, and resolves when running work items have ended; after `graceMs` they are told to give up. */
  async stop(graceMs: number): Promise<void> {
    this.#state = "stopped";
    this.#cancelPoll?.();
    if (this.#inHand.size > 0) {
      const cancel = this.#options.clock.schedule(graceMs, () => this.#abort.abort());
      await new Promise<void>((resolve) => (this.#onIdle = resolve));
      cancel();
    }
    this.#inHand.stop();
  }

  /**
   * Executes a work item that was locked elsewhere: its lock is renewed, and a stop waits for it, like for all others.
   * Resolves to whether it was processed; if not, it has been given back.
   */
  async adopt(item: Item, process: (signal: AbortSignal, onExecuted: () => void) => Promise<void>): Promise<boolean> {
    let executing = true;
    this.#adopted++;
    return this.#run(item, process, () => {
      if (executing) this.#adopted--;
      executing = false;
    });
  }

  async #fill(): Promise<void> {
    this.#state = "locking";
    this.#cancelPoll?.();
    let retryDelay: number | undefined;
    while (this.#isLocking() && this.#woken && this.#free() > 0) {
      this.#woken = false;
      try {
        const asked = this.#free();
        const items = await this.#processor.lock(asked);
        this.#blind = false;
        if (items.length >= asked) this.#woken = true;
        for (const item of items) void this.#execute(item);
      } catch (error) {
        this.#reportBlindness(error);
        retryDelay = FIRST_RETRY_MS;
        break;
      }
    }
    if (!this.#isLocking()) return;
    this.#state = "idle";
    this.#pollAfter(retryDelay ?? this.#options.pollIntervalMs);
  }

  #pollAfter(delayMs: number): void {
    this.#cancelPoll?.();
    this.#cancelPoll = this.#options.clock.schedule(delayMs, () => this.wake());
  }

  /** Once, however often the store is asked in vain. */
  #reportBlindness(error: unknown): void {
    const { logger } = this.#options;
    const message = `Could not look for ${this.#processor.kind} work, trying again: ${errorText(error)}`;
    if (this.#blind) logger.debug(message);
    else if (hasCode(error, "STORAGE_TRANSIENT")) logger.warn(message);
    else logger.error(message, { error });
    this.#blind = true;
  }

  #isLocking(): boolean {
    return this.#state === "locking";
  }

  /** How many more work items may be locked now. */
  #free(): number {
    const { concurrency, capacity } = this.#options;
    const places = capacity ? Math.min(concurrency, capacity() - this.#adopted) : concurrency;
    return Math.min(places - this.#executing, IN_HAND * concurrency - this.#inHand.size);
  }

  async #execute(item: Item): Promise<void> {
    let executing = true;
    this.#executing++;
    const onExecuted = (): void => {
      if (!executing) return;
      executing = false;
      this.#executing--;
      if (this.#woken) this.wake();
    };
    await this.#run(item, (signal, executed) => this.#processor.process(item, signal, executed), onExecuted);
  }

  async #run(
    item: Item,
    process: (signal: AbortSignal, onExecuted: () => void) => Promise<void>,
    onExecuted: () => void,
  ): Promise<boolean> {
    const letGo = this.#inHand.hold(item);
    const watch = this.#watch(item);
    try {
      if (this.#state === "stopped") {
        await this.#options.provider.abandon(item, 0);
        watch?.end("abandoned");
        return false;
      }
      await process(this.#abort.signal, watch ? () => (watch.executed(), onExecuted()) : onExecuted);
      watch?.end("processed");
      if (this.#failures.size > 0) this.#failures.delete(this.#processor.describe(item));
      return true;
    } catch (error) {
      watch?.end(hasCode(error, "LOCK_LOST") ? "lost" : "abandoned");
      await this.#giveBack(item, error);
      return false;
    } finally {
      letGo();
      onExecuted();
      this.#afterRun();
    }
  }

  #watch(item: Item): WorkItemWatch | undefined {
    const { meter, clock } = this.#options;
    const processor = this.#processor;
    return meter && new WorkItemWatch(meter, processor.kind, processor.readySince?.(item), clock.now());
  }

  #afterRun(): void {
    if (this.#state === "stopped") {
      if (this.#inHand.size === 0) this.#onIdle?.();
    } else if (this.#woken) this.wake();
  }

  async #giveBack(item: Item, error: unknown): Promise<void> {
    const { logger } = this.#options;
    const what = this.#processor.describe(item);
    if (hasCode(error, "LOCK_LOST")) {
      this.#failures.delete(what);
      logger.debug(`The lock on ${what} was lost; another owner has it now.`);
      return;
    }
    if (error instanceof NotForThisWorker) {
      logger.debug(`${capitalized(what)} is left to others for ${error.retryInMs} ms: ${error.message}`);
      return this.#abandon(item, this.#abort.signal.aborted ? 0 : error.retryInMs);
    }
    const failures = (this.#failures.get(what) ?? 0) + 1;
    this.#failures.set(what, failures);
    const delay = this.#abort.signal.aborted ? 0 : Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
    const expected = hasCode(error, "WORKER_LOST") || hasCode(error, "STORAGE_TRANSIENT");
    if (expected) logger.warn(`${capitalized(what)} will be tried again in ${delay} ms: ${errorText(error)}`);
    else
      logger.error(`${capitalized(what)} failed and will be tried again in ${delay} ms: ${errorText(error)}`, {
        error,
      });
    return this.#abandon(item, delay);
  }

  async #abandon(item: Item, delayMs: number): Promise<void> {
    try {
      await this.#options.provider.abandon(item, delayMs);
    } catch (error) {
      this.#abandonLater(item, error);
    }
  }

  /** A store that is away for a moment should not hold the work item up until its lock expires. */
  #abandonLater(item: Item, error: unknown): void {
    const { logger, clock } = this.#options;
    const what = capitalized(this.#processor.describe(item));
    const worthIt = hasCode(error, "STORAGE_TRANSIENT") && clock.now() + GIVE_BACK_AGAIN_MS < item.lock.expiresAt;
    if (this.#state === "stopped" || !worthIt) {
      logger.warn(`${what} could not be given back; its lock will expire: ${errorText(error)}`);
      return;
    }
    logger.debug(`${what} could not be given back, trying again: ${errorText(error)}`);
    clock.schedule(GIVE_BACK_AGAIN_MS, () => {
      if (this.#state !== "stopped") void this.#abandon(item, 0);
    });
  }
}

function capitalized(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

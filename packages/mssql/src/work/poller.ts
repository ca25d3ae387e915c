import { errorText, WakeUp, type Clock, type Logger, type WorkKind } from "@durable-host/engine";

/** What a look at the store has found. */
export interface Peek {
  readonly ready: readonly WorkKind[];
  /** Kinds of which a look cannot tell: the dispatchers ask for them, which does not hasten the next look. */
  readonly unknown?: readonly WorkKind[];
  /** When the next thing becomes available by itself (milliseconds since the epoch, this process's clock). */
  readonly nextDueAt?: number;
}

export interface PollerOptions {
  readonly peek: () => Promise<Peek>;
  readonly onReady: (kinds: readonly WorkKind[]) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Delay after a look that found something, and longest one, reached step by step while there is nothing. */
  readonly shortestMs: number;
  readonly longestMs: number;
}

const GROWTH = 1.5;

/**
 * Looks for work that other processes have made, and for work whose time has come: often while there is some, rarely while
 * there is none, and exactly when something is due.
 *
 * P1 never two looks at once; one that is asked for during a look follows it;
 * P2 a look that fails is followed by another, after the longest delay.
 */
export class Poller {
  readonly #options: PollerOptions;
  readonly #wakeUp: WakeUp;
  #delay: number;
  #state: "stopped" | "waiting" | "looking" = "stopped";
  #again = false;
  #failed = false;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#delay = options.shortestMs;
    this.#wakeUp = new WakeUp(options.clock, () => void this.#look());
  }

  /** False from a look that failed to the next that did not. */
  get isAnswered(): boolean {
    return !this.#failed;
  }

  start(): void {
    this.#state = "waiting";
    void this.#look();
  }

  /** Looks no more; a look under way ends without effect. */
  stop(): void {
    this.#state = "stopped";
    this.#wakeUp.cancel();
  }

  /** Something becomes available then: no later look will do. */
  expectAt(time: number): void {
    if (this.#state !== "stopped") this.#wakeUp.at(time);
  }

  async #look(): Promise<void> {
    if (this.#state === "stopped") return;
    if (this.#state === "looking") {
      this.#again = true;
      return;
    }
    this.#state = "looking";
    const found = await this.#peek();
    if (this.#isStopped()) return;
    this.#state = "waiting";
    const kinds = [...(found?.ready ?? []), ...(found?.unknown ?? [])];
    if (kinds.length > 0) this.#options.onReady(kinds);
    this.#scheduleNext(found);
  }

  async #peek(): Promise<Peek | undefined> {
    const { peek, logger } = this.#options;
    try {
      const found = await peek();
      if (this.#failed) logger.info("The database answers again.");
      this.#failed = false;
      return found;
    } catch (error) {
      const text = errorText(error);
      if (!this.#isStopped() && !this.#failed) logger.warn(`Could not look for work, trying again: ${text}`);
      this.#failed = true;
      return undefined;
    }
  }

  #scheduleNext(found: Peek | undefined): void {
    const { clock, shortestMs, longestMs } = this.#options;
    if (found === undefined) this.#delay = longestMs;
    else if (found.ready.length > 0) this.#delay = shortestMs;
    else this.#delay = Math.min(longestMs, this.#delay * GROWTH);
    const delay = this.#again ? 0 : this.#delay;
    this.#again = false;
    this.#wakeUp.at(clock.now() + delay);
    this.#wakeUp.at(found?.nextDueAt);
  }

  #isStopped(): boolean {
    return this.#state === "stopped";
  }
}

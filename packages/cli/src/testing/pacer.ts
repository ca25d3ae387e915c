import { setImmediate } from "node:timers/promises";
import type { VirtualClock } from "./virtual-clock";

export interface PacerOptions {
  readonly clock: VirtualClock;
  /** Nothing is being executed or stored, so that only time can bring something new. Asked when callbacks have run out. */
  readonly isIdle: () => boolean;
  /** When the next thing in the store is due (milliseconds since the epoch); undefined when nothing is. */
  readonly nextDueAt: () => number | undefined;
}

/** Somebody who waits. */
interface Wait {
  /** Tells whether what is waited for has come; settles the promise itself if so. */
  readonly look: () => Promise<boolean>;
  /** It is met by idleness itself: time need not move for it. */
  readonly onIdle?: () => void;
  readonly fail: (error: Error) => void;
  /** Why it would wait for ever. */
  readonly explain: () => Promise<Error>;
}

/**
 * Lets time pass for those who wait. It moves only while somebody waits, only when nothing else is to be done, and only to
 * the next time at which something is due; so whoever waits acts at the exact time, and nobody sleeps.
 *
 * T1 what is waited for is looked at after every change and before time moves: no state is missed;
 * T2 when somebody has got what was waited for, what that caller does next comes before time moves for the others;
 * T3 a wait that nothing can end any more is rejected.
 */
export class Pacer {
  readonly #options: PacerOptions;
  readonly #waits = new Set<Wait>();
  #changes = 0;
  #onChange: (() => void) | undefined;
  #running = false;
  #failure: Error | undefined;

  constructor(options: PacerOptions) {
    this.#options = options;
  }

  /** Something may be different now. */
  changed(): void {
    this.#changes++;
    const wake = this.#onChange;
    this.#onChange = undefined;
    wake?.();
  }

  /** Nothing can be relied on any more: all waits reject with this, also those to come. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const wait of this.#waits) wait.fail(this.#failure);
    this.#waits.clear();
    this.changed();
  }

  /** Resolves with the first value other than undefined that `look` resolves to; time moves until it does. */
  until<T>(look: () => Promise<T | undefined>, explain: () => Promise<Error>): Promise<T> {
    return this.#wait<T>((resolve, fail) => ({
      fail,
      explain,
      async look() {
        try {
          const found = await look();
          if (found !== undefined) resolve(found);
          return found !== undefined;
        } catch (error) {
          fail(error);
          return true;
        }
      },
    }));
  }

  /** Resolves when nothing more happens without time moving. */
  settled(): Promise<void> {
    return this.#wait<void>((resolve, fail) => ({
      fail,
      onIdle: resolve,
      look: async () => false,
      explain: async () => new Error("Nothing can come."),
    }));
  }

  /** Moves time to `target` (milliseconds since the epoch), stopping wherever something is due. */
  async advanceTo(target: number): Promise<void> {
    await this.settled();
    for (let next = this.#nextAt(); next !== undefined && next <= target; next = this.#nextAt()) {
      this.#options.clock.moveTo(next);
      await this.settled();
    }
    this.#options.clock.moveTo(target);
    await this.settled();
  }

  #wait<T>(create: (resolve: (value: T) => void, reject: (error: unknown) => void) => Wait): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise<T>((resolve, reject) => {
      this.#waits.add(create(resolve, reject));
      this.changed();
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waits.size > 0) {
      // All callbacks of what has just happened run first: what they begin is seen below.
      await setImmediate();
      const changes = this.#changes;
      this.#options.clock.moveTo(this.#options.clock.now());
      if ((await this.#lookAll()) || changes !== this.#changes) continue;
      if (!this.#options.isIdle()) await new Promise<void>((resolve) => (this.#onChange = resolve));
      else if (!this.#tellIdle() && !this.#moveOn()) await this.#giveUp();
    }
    this.#running = false;
  }

  /** Returns whether somebody's wait has ended. */
  async #lookAll(): Promise<boolean> {
    const waits = [...this.#waits];
    const ended = await Promise.all(waits.map((wait) => wait.look()));
    for (const [index, wait] of waits.entries()) if (ended[index]) this.#waits.delete(wait);
    return ended.includes(true);
  }

  #tellIdle(): boolean {
    let told = false;
    for (const wait of this.#waits) {
      if (!wait.onIdle) continue;
      wait.onIdle();
      this.#waits.delete(wait);
      told = true;
    }
    return told;
  }

  #nextAt(): number | undefined {
    const times = [this.#options.nextDueAt(), this.#options.clock.nextAwaitedAt].filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #moveOn(): boolean {
    const next = this.#nextAt();
    if (next === undefined) return false;
    this.#options.clock.moveTo(next);
    return true;
  }

  async #giveUp(): Promise<void> {
    const waits = [...this.#waits];
    this.#waits.clear();
    // Whoever waits is told in any case: that there is no explanation may be for the hub's end.
    for (const wait of waits) wait.fail(await wait.explain().catch((error: unknown) => asError(error)));
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

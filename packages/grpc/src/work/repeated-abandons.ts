/** How long a work item is left alone after it was given back: once, twice, … (contract §3.5). */
const DELAYS_MS = [1_000, 2_000, 4_000, 5_000];

/** More work items than these are not remembered as given back; the oldest are forgotten. */
const MOST_REMEMBERED = 10_000;

interface Abandons {
  readonly times: number;
  readonly workerId: string;
}

/** Remembers which work items workers have given back, so that they come again later each time, and rather to another. */
export class RepeatedAbandons {
  readonly #abandons = new Map<string, Abandons>();

  /** Returns how long the work item is to be left alone, in milliseconds. */
  add(address: string, workerId: string): number {
    const times = (this.#abandons.get(address)?.times ?? 0) + 1;
    this.#abandons.delete(address);
    this.#abandons.set(address, { times, workerId });
    const [oldest] = this.#abandons.keys();
    if (oldest !== undefined && this.#abandons.size > MOST_REMEMBERED) this.#abandons.delete(oldest);
    return DELAYS_MS[Math.min(times, DELAYS_MS.length) - 1] ?? 0;
  }

  /** Whether it was this worker that has given the work item back last. */
  isBy(address: string, workerId: string): boolean {
    return this.#abandons.get(address)?.workerId === workerId;
  }

  /** The work item was answered. */
  forget(address: string): void {
    this.#abandons.delete(address);
  }
}

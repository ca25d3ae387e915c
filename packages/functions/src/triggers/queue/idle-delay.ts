/** Pauses begin here, in milliseconds. */
const SHORTEST_MS = 100;
/** Pauses differ by up to this part, so that hosts which became idle together do not look together. */
const JITTER = 0.2;

/** How long to pause before the next look at a queue that had nothing: twice as long each time (contract §5.2). */
export class IdleDelay {
  readonly #longestMs: number;
  readonly #random: () => number;
  #nextMs = SHORTEST_MS;

  /** `random` returns numbers from 0 to 1. */
  constructor(longestMs: number, random: () => number) {
    this.#longestMs = longestMs;
    this.#random = random;
  }

  /** Milliseconds. */
  next(): number {
    const delayMs = this.#nextMs * (1 + JITTER * (2 * this.#random() - 1));
    this.#nextMs = Math.min(this.#longestMs, this.#nextMs * 2);
    return Math.min(this.#longestMs, delayMs);
  }

  /** There was something: the next pauses are short again. */
  reset(): void {
    this.#nextMs = SHORTEST_MS;
  }
}

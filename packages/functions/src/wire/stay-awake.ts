/** An answer that comes within this (milliseconds) is worth waiting for awake. */
const SHORT_MS = 0.3;

/** How much the newest wait counts in the running average. */
const WEIGHT = 0.1;

/**
 * Keeps the event loop turning for a moment after something was sent, when answers have been coming quickly.
 *
 * A process that sleeps has to be woken, which costs the sender tens of microseconds and the answer as much again, more than
 * a short activity itself takes; an orchestration that runs one activity after another pays that four times a step. Where
 * answers take longer, as for activities that do real work, nothing is waited for and no processor time is spent.
 */
export class StayAwake {
  #averageMs = SHORT_MS;
  #sentAt: number | undefined;
  #turning = false;

  /** Something was sent that will be answered. */
  sent(): void {
    this.#sentAt = performance.now();
    if (this.#turning || this.#averageMs >= SHORT_MS) return;
    this.#turning = true;
    setImmediate(this.#turn);
  }

  /** Something has arrived. */
  received(): void {
    if (this.#sentAt === undefined) return;
    const waited = Math.min(performance.now() - this.#sentAt, 10 * SHORT_MS);
    this.#sentAt = undefined;
    this.#averageMs += WEIGHT * (waited - this.#averageMs);
  }

  readonly #turn = (): void => {
    this.#turning = this.#sentAt !== undefined && performance.now() - this.#sentAt < SHORT_MS;
    if (this.#turning) setImmediate(this.#turn);
  };
}

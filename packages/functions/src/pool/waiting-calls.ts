import { DurableHostError, type Clock, type Logger } from "@durable-host/engine";

/** How long a request waits for a worker: as long as for a host that starts (contract §3.2). */
export const LONGEST_REQUEST_WAIT_MS = 30_000;

/** How many requests wait at a time. Each holds a connection, and up to 64 KB of its body. */
export const MOST_WAITING_REQUESTS = 1000;

/**
 * Calls that wait until an app worker is ready. Those of engine and triggers wait as long as it takes: their callers begin only so
 * many at a time. Requests come from outside, as many as there are, and somebody waits for the answer: they are bounded.
 */
export class WaitingCalls {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #waiting = new Set<() => void>();
  #requests = 0;
  /** Requests have been refused since a worker was ready. */
  #isRefusing = false;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** A worker is ready, or none will be any more: all look again. */
  wake(): void {
    this.#isRefusing = false;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Resolves when it is worth looking again. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /**
   * The same for a request. Rejects with WORKER_UNAVAILABLE when that takes too long or too many wait already, and with the
   * signal's reason when nobody waits for the answer any more.
   */
  async waitForRequest(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#requests >= MOST_WAITING_REQUESTS) throw this.#refusal(`${this.#requests} requests wait for one already`);
    this.#requests++;
    try {
      await this.#wokenInTime(signal);
    } finally {
      this.#requests--;
    }
  }

  #wokenInTime(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", abandon);
        cancelTimer();
      };
      const wake = (): void => {
        leave();
        resolve();
      };
      const abandon = (): void => {
        leave();
        reject(signal.reason as Error);
      };
      const cancelTimer = this.#clock.schedule(LONGEST_REQUEST_WAIT_MS, () => {
        leave();
        reject(this.#refusal(`none has been for ${LONGEST_REQUEST_WAIT_MS / 1000} seconds`));
      });
      this.#waiting.add(wake);
      signal.addEventListener("abort", abandon, { once: true });
    });
  }

  /** Said in the log once, however many are refused until a worker is ready again. */
  #refusal(why: string): DurableHostError {
    const message = `No app worker is ready to run the function, and ${why}. The host goes on starting workers, and its log tells why they end. Try again later.`;
    if (!this.#isRefusing) this.#logger.warn(`Requests are answered 503 until an app worker is ready: ${why}.`);
    this.#isRefusing = true;
    return new DurableHostError("WORKER_UNAVAILABLE", message);
  }
}

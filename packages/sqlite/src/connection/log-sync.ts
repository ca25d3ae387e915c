import { fdatasync, fdatasyncSync } from "node:fs";
import { promisify } from "node:util";

const fdatasyncAsync = promisify(fdatasync);

/** A flush for so few operations has nobody else to serve meanwhile: at most one caller or two are waiting for anything. */
const FEW_OPERATIONS = 2;

/** A flush that takes longer than this (milliseconds) is not waited for in place, whoever waits for it. */
const SHORT_MS = 0.5;

/** How much the newest flush counts in the running average. */
const WEIGHT = 0.1;

/**
 * Makes the log durable. On a thread of the pool, so that the event loop goes on; but a short flush that one caller waits
 * for is done in place, because waking a thread and being woken by it costs as much as the flush itself.
 */
export class LogSync {
  #averageMs = SHORT_MS;

  constructor(private readonly descriptor: number) {}

  /** Resolves when everything written so far would survive a loss of power. `operations`: how many wait for it. */
  async sync(operations: number): Promise<void> {
    const began = performance.now();
    const inPlace = operations <= FEW_OPERATIONS && this.#averageMs < SHORT_MS;
    if (inPlace) fdatasyncSync(this.descriptor);
    else await fdatasyncAsync(this.descriptor);
    this.#averageMs += WEIGHT * (performance.now() - began - this.#averageMs);
  }
}

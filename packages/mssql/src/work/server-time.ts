import type { Clock } from "@durable-host/engine";

/** Clocks that differ by less than this are taken for the same: it is what a round trip may account for. */
const SAME_MS = 2_000;

/**
 * The server's clock as this process sees it. Locks are judged by the server's; the engine, which renews them, reads its
 * own. Milliseconds since the epoch.
 */
export class ServerTime {
  readonly #clock: Clock;
  #offset = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How far the server's clock is ahead; 0 while the difference is within a round trip. */
  get offset(): number {
    return this.#offset;
  }

  /**
   * Takes note of what the server's clock has shown at some moment since `askedAt` (by this process's clock): an answer that
   * was long on its way says little, and does not make locks seem to last longer than they do.
   */
  observe(serverNow: number, askedAt: number): void {
    const least = serverNow - this.#clock.now();
    const most = serverNow - askedAt;
    const isPossible = (offset: number): boolean => offset > least - SAME_MS && offset < most + SAME_MS;
    if (isPossible(this.#offset)) return;
    this.#offset = isPossible(0) ? 0 : (least + most) / 2;
  }

  /** A time of the server's on this process's clock. */
  toLocal(serverTime: number): number {
    return serverTime - this.#offset;
  }

  /** A time of this process's clock on the server's. */
  toServer(localTime: number): number {
    return localTime + this.#offset;
  }
}

import type { HostState } from "../server/host-endpoints";

/** How long a request that comes too early waits for the host (functions-host contract §3.2). */
const LONGEST_WAIT_MS = 30_000;

/** The state of the host, and the wait of requests for `Running`. */
export class HostLifecycle {
  #state: HostState = "Starting";
  readonly #waiting = new Set<(runs: boolean) => void>();

  get state(): HostState {
    return this.#state;
  }

  to(state: HostState): void {
    this.#state = state;
    if (state !== "Running" && state !== "Stopping") return;
    for (const resolve of this.#waiting) resolve(state === "Running");
    this.#waiting.clear();
  }

  /** True at once while it runs, also while it drains: what was accepted is answered. */
  readonly ready = (): true | Promise<boolean> => {
    if (this.#state === "Running" || this.#state === "Stopping") return true;
    return new Promise((resolve) => {
      const settle = (runs: boolean): void => {
        clearTimeout(timeout);
        this.#waiting.delete(settle);
        resolve(runs);
      };
      const timeout = setTimeout(() => settle(false), LONGEST_WAIT_MS);
      this.#waiting.add(settle);
    });
  };
}

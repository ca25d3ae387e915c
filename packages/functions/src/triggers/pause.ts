import type { Clock } from "@durable-host/engine";

/** The pauses of one loop that others may end early. */
export class Pause {
  readonly #clock: Clock;
  #isWoken = false;
  #wakeUp: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the pause that lasts, or the next one. */
  wake(): void {
    this.#isWoken = true;
    this.#wakeUp?.();
  }

  /** What the loop does from now on takes account of all calls of `wake` so far. */
  forget(): void {
    this.#isWoken = false;
  }

  /** True when it was woken. */
  async wait(delayMs: number): Promise<boolean> {
    if (!this.#isWoken) {
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.schedule(delayMs, resolve);
        this.#wakeUp = () => {
          cancel();
          resolve();
        };
      });
      this.#wakeUp = undefined;
    }
    return this.#isWoken;
  }
}

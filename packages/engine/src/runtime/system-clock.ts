import type { Clock } from "../ports/clock";

/** `setTimeout` counts in a signed 32-bit number of milliseconds; longer waits are taken in steps. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The clock of the machine. Its timers do not keep the process alive: what must live on owns a socket or a worker. */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, callback) {
    const due = Date.now() + delayMs;
    let timeout: NodeJS.Timeout;
    const wait = (remaining: number): void => {
      timeout = setTimeout(
        () => (Date.now() >= due ? callback() : wait(Math.max(1, due - Date.now()))),
        Math.min(Math.max(0, remaining), LONGEST_TIMEOUT_MS),
      );
      timeout.unref();
    };
    wait(delayMs);
    return () => clearTimeout(timeout);
  },
};

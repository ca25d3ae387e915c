import type { Clock } from "@durable-host/engine";

/** The outcome of a promise, unless the signal is aborted before: then it rejects with the signal's reason. */
export function untilAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  let end: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    end = () => reject(signal.reason);
    signal.addEventListener("abort", end, { once: true });
  });
  return Promise.race([promise, aborted]).finally(() => {
    if (end) signal.removeEventListener("abort", end);
  });
}

export function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.schedule(delayMs, resolve));
}

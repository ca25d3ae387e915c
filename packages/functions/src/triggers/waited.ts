import type { Clock } from "@durable-host/engine";

/** False when the signal was aborted before the time had passed. */
export function waited(delayMs: number, clock: Clock, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted === true) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (passed: boolean) => (): void => {
      cancel();
      signal?.removeEventListener("abort", stop);
      resolve(passed);
    };
    const stop = end(false);
    const cancel = clock.schedule(delayMs, end(true));
    signal?.addEventListener("abort", stop, { once: true });
  });
}

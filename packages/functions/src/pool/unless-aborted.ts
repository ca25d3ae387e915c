import { DurableHostError } from "@durable-host/engine";

type Rejecter = (error: DurableHostError) => void;

/**
 * Who waits for something under a signal. A signal lives as long as the host and a call a few microseconds, so each
 * signal has one listener for all of its calls: adding and removing one per call would cost more than the rest of it.
 */
const waiting = new WeakMap<AbortSignal, Set<Rejecter>>();

/**
 * Resolves to what `run` does, or rejects with WORKER_LOST as soon as `signal` is aborted: what the app is doing cannot be
 * stopped, but nobody has to wait for it. Does not run anything when the signal is aborted already.
 */
export function unlessAborted<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  if (signal.aborted) return Promise.reject(stopping());
  const rejecters = rejectersOf(signal);
  return new Promise<T>((resolve, reject) => {
    rejecters.add(reject);
    run().then(
      (value) => {
        rejecters.delete(reject);
        resolve(value);
      },
      (error: unknown) => {
        rejecters.delete(reject);
        reject(error);
      },
    );
  });
}

function rejectersOf(signal: AbortSignal): Set<Rejecter> {
  const known = waiting.get(signal);
  if (known) return known;
  const rejecters = new Set<Rejecter>();
  waiting.set(signal, rejecters);
  const rejectAll = (): void => {
    for (const reject of rejecters) reject(stopping());
    rejecters.clear();
  };
  signal.addEventListener("abort", rejectAll, { once: true });
  return rejecters;
}

function stopping(): DurableHostError {
  return new DurableHostError("WORKER_LOST", "The host stops and does not wait for it any longer.");
}

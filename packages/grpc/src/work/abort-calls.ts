/**
 * Calls back when a signal is aborted, at once if it has been. All work items of a dispatcher share one signal, and adding and
 * removing a listener of a signal costs the more the more it has: here each signal has one.
 */
export class AbortCalls {
  readonly #calls = new WeakMap<AbortSignal, Set<() => void>>();

  /** Returns a function that ends it. */
  add(signal: AbortSignal, callback: () => void): () => void {
    if (signal.aborted) callback();
    const calls = this.#of(signal);
    calls.add(callback);
    return () => void calls.delete(callback);
  }

  #of(signal: AbortSignal): Set<() => void> {
    const known = this.#calls.get(signal);
    if (known) return known;
    const calls = new Set<() => void>();
    this.#calls.set(signal, calls);
    signal.addEventListener("abort", () => {
      for (const call of calls) call();
    });
    return calls;
  }
}

/** Tells listeners of queues that this host itself has put something in, so that they do not wait for their next look. */
export class WrittenQueues {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** Calls back after each write to the queue at this address; returns how to end that. */
  listen(url: string, callback: () => void): () => void {
    const listeners = this.#listeners.get(url) ?? new Set();
    this.#listeners.set(url, listeners.add(callback));
    return () => {
      listeners.delete(callback);
      if (listeners.size === 0) this.#listeners.delete(url);
    };
  }

  written(url: string): void {
    for (const callback of this.#listeners.get(url) ?? []) callback();
  }
}

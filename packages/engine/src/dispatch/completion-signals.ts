import type { InstanceState } from "../model/instance";

type Listener = (instance: InstanceState) => void;

/** Tells waiting clients of this process that an instance has ended, at the moment its commit is durable. */
export class CompletionSignals {
  readonly #listeners = new Map<string, Set<Listener>>();

  /** Calls back once when the instance ends; returns a function that gives up waiting. */
  once(instanceId: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(instanceId) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(instanceId, listeners);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(instanceId) === listeners) this.#listeners.delete(instanceId);
    };
  }

  /** Tells everyone who waits for this instance. */
  emit(instance: InstanceState): void {
    const listeners = this.#listeners.get(instance.instanceId);
    if (!listeners) return;
    this.#listeners.delete(instance.instanceId);
    for (const listener of listeners) listener(instance);
  }
}

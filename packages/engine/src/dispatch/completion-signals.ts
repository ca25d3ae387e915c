import type { InstanceState } from "../model/instance";

type Listener = (instance: InstanceState) => void;

/** Tells waiting clients of this process that an instance has ended, at the moment its commit is durable. */
export class CompletionSignals {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #forAll = new Set<Listener>();
  readonly #waiting = new Set<() => void>();
  #stopped = false;

  /** Calls back when an execution of the instance ends; returns a function that ends it. */
  listen(instanceId: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(instanceId) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(instanceId, listeners);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(instanceId);
    };
  }

  /** Calls back when an execution of any instance ends; returns a function that ends it. */
  listenToAll(listener: Listener): () => void {
    this.#forAll.add(listener);
    return () => void this.#forAll.delete(listener);
  }

  /** Calls back when nobody is to wait any longer, at once if that is so; returns a function that ends it. */
  onStop(giveUp: () => void): () => void {
    if (this.#stopped) giveUp();
    else this.#waiting.add(giveUp);
    return () => void this.#waiting.delete(giveUp);
  }

  /** Lets everyone go who waits, now or later: the host stops. */
  stop(): void {
    this.#stopped = true;
    for (const giveUp of this.#waiting) giveUp();
    this.#waiting.clear();
  }

  /** Tells everyone who waits for this instance. */
  emit(instance: InstanceState): void {
    for (const listener of this.#forAll) listener(instance);
    const listeners = this.#listeners.get(instance.instanceId);
    if (listeners) for (const listener of [...listeners]) listener(instance);
  }
}

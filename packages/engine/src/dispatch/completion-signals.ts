import type { InstanceState } from "../model/instance";

type Listener = (instance: InstanceState) => void;

/** Tells waiting clients of this process that an instance has ended, or begun, at the moment its commit is durable. */
export class CompletionSignals {
  readonly #listeners = new ListenersById();
  readonly #startListeners = new ListenersById();
  readonly #forAll = new Set<Listener>();
  readonly #waiting = new Set<() => void>();
  #stopped = false;

  /** Calls back when an execution of the instance ends; returns a function that ends it. */
  listen(instanceId: string, listener: Listener): () => void {
    return this.#listeners.add(instanceId, listener);
  }

  /** Calls back when the instance is Pending no longer; returns a function that ends it. */
  listenToStart(instanceId: string, listener: Listener): () => void {
    return this.#startListeners.add(instanceId, listener);
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
    this.#listeners.call(instance);
  }

  /** Tells everyone who waits for this instance to begin. */
  emitStart(instance: InstanceState): void {
    this.#startListeners.call(instance);
  }
}

class ListenersById {
  readonly #byId = new Map<string, Set<Listener>>();

  add(instanceId: string, listener: Listener): () => void {
    const listeners = this.#byId.get(instanceId) ?? new Set();
    listeners.add(listener);
    this.#byId.set(instanceId, listeners);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#byId.get(instanceId) === listeners) this.#byId.delete(instanceId);
    };
  }

  call(instance: InstanceState): void {
    const listeners = this.#byId.get(instance.instanceId);
    if (listeners) for (const listener of [...listeners]) listener(instance);
  }
}

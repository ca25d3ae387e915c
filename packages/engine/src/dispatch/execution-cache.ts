import type { RuntimeState } from "../decide/runtime-state";
import type { ScheduledEvents } from "../decide/scheduled-events";

/** An execution as it was after its last commit in this process. */
export interface CachedExecution {
  readonly executionId: string;
  readonly state: RuntimeState;
  /** The last episode that was committed; a resident orchestrator continues after it. */
  readonly lastEpisode: number;
  /** What it waits for; only where work is traced. */
  readonly scheduled?: ScheduledEvents;
}

/**
 * Folded histories of recently active instances, least recently used first.
 * `take` removes: whoever changes a state owns it until its commit has succeeded, and a failed commit leaves nothing stale.
 */
export class ExecutionCache {
  readonly #entries = new Map<string, CachedExecution>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The cached execution, if it is exactly what the store has. */
  take(instanceId: string, executionId: string, historyLength: number): CachedExecution | undefined {
    const entry = this.#entries.get(instanceId);
    if (!entry) return undefined;
    this.#entries.delete(instanceId);
    return entry.executionId === executionId && entry.state.historyLength === historyLength ? entry : undefined;
  }

  /** Keeps an execution; returns the id of the instance that had to go for it, if any. */
  put(instanceId: string, entry: CachedExecution): string | undefined {
    this.#entries.set(instanceId, entry);
    if (this.#entries.size <= this.#capacity) return undefined;
    const oldest = this.#entries.keys().next().value;
    if (oldest !== undefined) this.#entries.delete(oldest);
    return oldest;
  }
}

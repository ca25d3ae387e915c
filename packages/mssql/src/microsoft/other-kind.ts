import type { InstanceKind, OrchestrationWorkItem } from "@durable-host/engine";

/**
 * Work items that were claimed while another kind was looked for: before 1.8.0 a claim cannot tell orchestrations from
 * entities. They are handed out when their kind is asked for.
 */
export class OtherKind {
  readonly #items: Record<InstanceKind, OrchestrationWorkItem[]> = { orchestration: [], entity: [] };

  put(item: OrchestrationWorkItem): void {
    this.#items[item.kind].push(item);
  }

  /** How many are still locked at `now` (milliseconds since the epoch); the others are anybody's. */
  count(kind: InstanceKind, now: number): number {
    return this.#held(kind, now).length;
  }

  take(kind: InstanceKind, max: number, now: number): readonly OrchestrationWorkItem[] {
    return this.#held(kind, now).splice(0, max);
  }

  #held(kind: InstanceKind, now: number): OrchestrationWorkItem[] {
    return (this.#items[kind] = this.#items[kind].filter(({ lock }) => lock.expiresAt > now));
  }
}

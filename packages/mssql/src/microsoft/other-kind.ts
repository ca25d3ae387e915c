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

  count(kind: InstanceKind): number {
    return this.#items[kind].length;
  }

  take(kind: InstanceKind, max: number): readonly OrchestrationWorkItem[] {
    return this.#items[kind].splice(0, max);
  }
}

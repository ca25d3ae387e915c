import type { Logger } from "../ports/logger";
import type { WorkKind } from "../ports/storage-provider";
import { Listeners } from "./listeners";

/** Tells dispatchers that there may be work: once per kind and batch, not once per message. */
export class WorkSignals {
  private readonly listeners: Listeners<WorkKind>;
  private readonly pending = new Set<WorkKind>();

  constructor(logger: Logger) {
    this.listeners = new Listeners(logger, "new work");
  }

  listen(listener: (kind: WorkKind) => void): () => void {
    return this.listeners.add(listener);
  }

  mark(kind: WorkKind): void {
    this.pending.add(kind);
  }

  emit(): void {
    if (this.pending.size === 0) return;
    const kinds = [...this.pending];
    this.pending.clear();
    for (const kind of kinds) this.listeners.call(kind);
  }
}

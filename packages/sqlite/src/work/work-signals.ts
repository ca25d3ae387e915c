import type { Logger, WorkKind } from "@durable-host/engine";

/** Tells dispatchers that there may be work: once per kind and batch, not once per message. */
export class WorkSignals {
  private readonly listeners = new Set<(kind: WorkKind) => void>();
  private readonly pending = new Set<WorkKind>();

  constructor(private readonly logger: Logger) {}

  listen(listener: (kind: WorkKind) => void): () => void {
    // A wrapper, so that one function can listen twice and end each by itself.
    const entry = (kind: WorkKind) => listener(kind);
    this.listeners.add(entry);
    return () => void this.listeners.delete(entry);
  }

  mark(kind: WorkKind): void {
    this.pending.add(kind);
  }

  emit(): void {
    if (this.pending.size === 0) return;
    const kinds = [...this.pending];
    this.pending.clear();
    for (const kind of kinds) for (const listener of this.listeners) this.call(listener, kind);
  }

  private call(listener: (kind: WorkKind) => void, kind: WorkKind): void {
    try {
      listener(kind);
    } catch (error) {
      this.logger.error("A listener for new work threw.", { kind, error });
    }
  }
}

import type { ActivityWorkItem, OrchestrationWorkItem, WorkKind } from "../ports/storage-provider";

export type WorkItem = OrchestrationWorkItem | ActivityWorkItem;

/** What one kind of work adds to the loop that all kinds share. */
export interface WorkProcessor<Item extends WorkItem> {
  readonly kind: WorkKind;
  /** Locks up to `max` work items. */
  lock(max: number): Promise<readonly Item[]>;
  /**
   * Executes and commits. Rejects when the work item is to be given back and tried again.
   * `onExecuted` may be called when user code has ended and only the commit is left: the place is free for the next.
   */
  process(item: Item, signal: AbortSignal, onExecuted: () => void): Promise<void>;
  /** The lock could not be renewed because another owner has it, or the work item is gone; `process` goes on. */
  onLockLost?(item: Item): void;
  /** When the work item could have been executed first, in milliseconds since the epoch; undefined: not known. */
  readySince?(item: Item): number | undefined;
  /** Names a work item in logs. */
  describe(item: Item): string;
}

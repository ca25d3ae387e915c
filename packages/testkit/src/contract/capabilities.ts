import type { HistoryEvent, InstanceState } from "@durable-host/engine";

/**
 * What a store may be excused from, where the procedures of somebody else's database leave no way. A host runs without; what
 * it costs is said with each.
 */
export type Capability =
  /** Keeps the times it is told. Without: those of its own clock, and instances are listed in the order they really came. */
  | "given times"
  /**
   * Keeps every field of an instance as a commit or a start gives it. Without: name, version, tags and parent are those of
   * the creation, input and output those of the events in its history. The engine gives others only where code continues as
   * new under another version or other tags, and then the start in the history has them.
   */
  | "given fields"
  /** Has a place for tags. Without: a start with tags is refused, and sub-orchestrations inherit none. */
  | "tags"
  /** Hands out first what became ready first. Without: in any order, so that under load something may wait long. */
  | "order"
  /** Takes cancelled timers away. Without: they wake their instance when they are due, and the engine drops them. */
  | "timer cancellation"
  /** Sees a start that waits for an ended instance. Without: purging or replacing that instance takes the start along. */
  | "pending starts"
  /** Hands out a start that is not due to a termination. Without: such an instance ends at once, without an episode. */
  | "termination before start";

const TIMES = new Set(["timestamp", "createdAt", "lastUpdatedAt", "completedAt"]);

/** The same without the times that a store without "given times" replaces. */
export function withoutTimes<T extends HistoryEvent | InstanceState | undefined>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([field]) => !TIMES.has(field))) as Partial<T>;
}

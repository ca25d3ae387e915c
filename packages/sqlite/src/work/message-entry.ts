import type { MessageEvent, StoredMessage } from "@durable-host/engine";

/** What the store must know about an event to decide when its instance has work. Stored as a number: append only. */
export const MESSAGE_ROLES = { ordinary: 0, start: 1, terminate: 2 } as const;

export type MessageRole = (typeof MESSAGE_ROLES)[keyof typeof MESSAGE_ROLES];

/** A pending message as memory knows it. A timer has a `timerId` and no event: that is made when it is handed out. */
export interface MessageEntry {
  readonly sequenceNumber: number;
  readonly role: MessageRole;
  readonly executionId?: string;
  /** Milliseconds since the epoch. */
  readonly dueAt?: number;
  readonly timerId?: number;
  /** Length of the stored body; 0 for a timer. */
  readonly bytes: number;
  /** Absent when the body is only in the table: over the byte budget, or recovered. */
  event?: MessageEvent;
}

export function messageRole(event: MessageEvent): MessageRole {
  if (event.type === "ExecutionStarted") return MESSAGE_ROLES.start;
  // A parent's termination is for its own child, and children have no scheduled start that would have to go with it.
  const terminates = event.type === "ExecutionTerminated" && event.parent === undefined;
  return terminates ? MESSAGE_ROLES.terminate : MESSAGE_ROLES.ordinary;
}

/** The event of an entry as far as memory has it: its body, or the TimerFired of a timer. */
export function eventInMemory(entry: MessageEntry): MessageEvent | undefined {
  if (entry.timerId === undefined || entry.dueAt === undefined) return entry.event;
  return { type: "TimerFired", timestamp: entry.dueAt, timerId: entry.timerId, fireAt: entry.dueAt };
}

export function storedMessage(instanceId: string, entry: MessageEntry, event: MessageEvent): StoredMessage {
  return {
    instanceId,
    event,
    sequenceNumber: entry.sequenceNumber,
    ...(entry.executionId !== undefined && { executionId: entry.executionId }),
    ...(entry.dueAt !== undefined && { dueAt: entry.dueAt }),
  };
}

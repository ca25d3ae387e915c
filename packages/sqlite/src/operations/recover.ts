import type { KeySource } from "../journal/key-source";
import { headOf, numberOf, optionalNumberOf, optionalTextOf, type Row } from "../rows";
import type { Statements } from "../sql/statements";
import { corruptRow } from "../storage-errors";
import { MESSAGE_ROLES, type MessageEntry, type MessageRole } from "../work/message-entry";
import type { WorkIndex } from "../work/work-index";

const ROLES: ReadonlySet<number> = new Set(Object.values(MESSAGE_ROLES));

/** Fills an empty index with everything that is pending. Whatever was locked when the last owner ended is pending again. */
export function recover(statements: Statements, index: WorkIndex, now: number): void {
  for (const row of statements.selectPendingMessages.iterate()) {
    index.addMessage(index.resident(headOf(row)), messageEntry(row), now);
  }
  for (const row of statements.selectPendingActivities.iterate()) {
    index.addActivity(index.resident(headOf(row)), numberOf(row, "sequence_number"), undefined, numberOf(row, "bytes"));
  }
}

/** The first keys that nothing in the tables uses. */
export function freeKeys(statements: Statements): KeySource {
  const row: Row = statements.selectHighestKeys.get();
  const next = (column: string) => (optionalNumberOf(row, column) ?? 0) + 1;
  return {
    instance: Math.max(next("instance"), next("history")),
    message: next("message"),
    activity: next("activity"),
  };
}

function messageEntry(row: Row): MessageEntry {
  const role = numberOf(row, "role");
  if (!isRole(role)) throw corruptRow("role");
  return {
    sequenceNumber: numberOf(row, "sequence_number"),
    role,
    executionId: optionalTextOf(row, "message_execution_id"),
    dueAt: optionalNumberOf(row, "due_at"),
    timerId: optionalNumberOf(row, "timer_id"),
    bytes: optionalNumberOf(row, "bytes") ?? 0,
  };
}

function isRole(role: number): role is MessageRole {
  return ROLES.has(role);
}

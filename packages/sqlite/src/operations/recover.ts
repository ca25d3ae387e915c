import { hasCode, type Logger } from "@durable-host/engine";
import type { KeySource } from "../journal/key-source";
import { headOf, numberOf, optionalNumberOf, optionalTextOf, type Row } from "../rows";
import type { Statements } from "../sql/statements";
import { corruptRow } from "../storage-errors";
import { MESSAGE_ROLES, type MessageEntry, type MessageRole } from "../work/message-entry";
import type { WorkIndex } from "../work/work-index";
import { reportUnreadable } from "./unreadable";

const ROLES: ReadonlySet<number> = new Set(Object.values(MESSAGE_ROLES));

/** Fills an empty index with everything that is pending. Whatever was locked when the last owner ended is pending again. */
export function recover(statements: Statements, index: WorkIndex, now: number, logger: Logger): void {
  const each = (rows: Iterable<Row>, restore: (row: Row) => void) => {
    for (const row of rows) restoreOrSkip(row, restore, logger);
  };
  each(statements.selectPendingMessages.iterate(), (row) => {
    const [head, entry] = [headOf(row), messageEntry(row)];
    index.addMessage(index.resident(head), entry, now);
  });
  each(statements.selectPendingActivities.iterate(), (row) => {
    const [head, sequenceNumber, bytes] = [headOf(row), numberOf(row, "sequence_number"), numberOf(row, "bytes")];
    index.addActivity(index.resident(head), sequenceNumber, undefined, bytes);
  });
}

/** An unreadable row stays where it is, for people to look at, and stops nothing else. */
function restoreOrSkip(row: Row, restore: (row: Row) => void, logger: Logger): void {
  try {
    restore(row);
  } catch (error) {
    if (!hasCode(error, "STORE_CORRUPT")) throw error;
    reportUnreadable(logger, String(row.instance_id), error);
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

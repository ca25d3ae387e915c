import type { TableValue } from "../connection/sql-client";
import { column } from "./table-column";

/** A list of sequence numbers or ids of timers, as `<schema>_host.Numbers`. */
export function numberTable(schema: string, numbers: readonly number[]): TableValue {
  return {
    type: `${schema}_host.Numbers`,
    columns: [column("Number", "bigint")],
    rows: numbers.map((number) => [number]),
  };
}

/** A list of instance ids, statuses or fragments of text, as `<schema>_host.Texts`. */
export function textTable(schema: string, texts: Iterable<string>): TableValue {
  return {
    type: `${schema}_host.Texts`,
    columns: [column("Text", "nvarchar", 400)],
    rows: Array.from(texts, (text) => [text]),
  };
}

/** Messages and the times before which they are not to be handed out, null for parked ones, as `<schema>_host.PostponedMessages`. */
export function postponedTable(
  schema: string,
  messages: readonly { readonly sequenceNumber: number; readonly until: number | null }[],
): TableValue {
  return {
    type: `${schema}_host.PostponedMessages`,
    columns: [column("SequenceNumber", "bigint"), column("VisibleTime", "datetime2")],
    rows: messages.map(({ sequenceNumber, until }) => [sequenceNumber, until]),
  };
}

/** Activity tasks that end with a commit, and the locks on them, as `<schema>_host.EndedTasks`. */
export function endedTaskTable(
  schema: string,
  tasks: readonly { readonly sequenceNumber: number; readonly token: string }[],
): TableValue {
  return {
    type: `${schema}_host.EndedTasks`,
    columns: [column("SequenceNumber", "bigint"), column("Token", "nvarchar", 100)],
    rows: tasks.map(({ sequenceNumber, token }) => [sequenceNumber, token]),
  };
}

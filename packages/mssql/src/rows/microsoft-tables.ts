import type { TableColumn, TableValue } from "../connection/sql-client";
import type { EventRow } from "./event-row";
import { needsExactText, type TextStorage } from "./exact-text";
import { hostDataJson, parseHostData } from "./host-data";
import type { HistoryRow } from "./host-tables";
import type { MessageRow } from "./message-row";
import { asciiJson, withoutEscapes, withReasonData } from "./reason-data";
import { column } from "./table-column";
import type { NewTaskRow } from "./task-row";

/*
 * Values of Microsoft's five table types, for its own procedures. They are bound by position, and a value of another width
 * than the database's type is refused (error 500): older databases have fewer columns at the end (contract §1.3).
 */

/** Which of the later columns the types of a database have. */
export interface TypeColumns {
  /** Since 1.2.0. */
  readonly traceContext: boolean;
  /** Since 1.6.0. */
  readonly tags: boolean;
}

/** What a schema of some version has. */
export interface SchemaFeatures extends TypeColumns {
  /** Since 1.8.0: claims of orchestrations, or of entities, only. */
  readonly claimsByKind: boolean;
}

/** What there is in a schema of a version such as `1.5.2` or `1.8.1+commit`. */
export function featuresOf(version: string): SchemaFeatures {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  const since = (wanted: number) => major > 1 || (major === 1 && minor >= wanted);
  return { traceContext: since(2), tags: since(6), claimsByKind: since(8) };
}

/** How a table is written: the schema it is in, what columns its types have, and where ids of new payloads come from. */
export interface TableContext {
  readonly schema: string;
  readonly has: TypeColumns;
  readonly storage: TextStorage;
  /** GUIDs with dashes. */
  readonly newGuid: () => string;
}

export function instanceIdsTable(schema: string, instanceIds: readonly string[]): TableValue {
  return { type: `${schema}.InstanceIDs`, columns: [instanceId], rows: instanceIds.map((id) => [id]) };
}

export function messageIdsTable(
  schema: string,
  ids: readonly { readonly instanceId: string; readonly sequenceNumber: number }[],
): TableValue {
  return {
    type: `${schema}.MessageIDs`,
    columns: [instanceId, sequenceNumber],
    rows: ids.map((id) => [id.instanceId, id.sequenceNumber]),
  };
}

/** Events of one execution, counted on from `firstSequenceNumber`; of one with `payloadId` the texts are stored already. */
export function historyEventsTable(
  context: TableContext,
  rows: readonly HistoryRow[],
  of: { readonly instanceId: string; readonly executionId: string; readonly firstSequenceNumber: number },
): TableValue {
  const cells = rows.map((row, index) => ({
    ...cellsOf(row),
    ...historyPayload(row, context),
    InstanceID: of.instanceId,
    ExecutionID: of.executionId,
    SequenceNumber: of.firstSequenceNumber + index,
    Timestamp: row.timestamp,
    IsPlayed: row.isPlayed,
  }));
  return tableOf("HistoryEvents", context, cells);
}

/** Messages, each with a payload, by whose id a repeated call is refused. The procedures make instances from starts. */
export function orchestrationEventsTable(context: TableContext, rows: readonly MessageRow[]): TableValue {
  const cells = rows.map((row) => ({
    ...cellsOf(row),
    ...payloadCells(withTimestamp(row), context),
    InstanceID: row.instanceId,
    ExecutionID: row.executionId,
    ParentInstanceID: row.seed?.parentInstanceId,
    Version: row.seed?.version,
    Tags: row.seed?.tags,
  }));
  return tableOf("OrchestrationEvents", context, cells);
}

/** A row of an activity task, the id of its payload chosen before: its event in the history shares it. */
export interface QueuedTaskRow extends NewTaskRow {
  readonly payloadId: string | null;
}

/** Activity tasks to be queued. Their payloads hold a text and nothing else. */
export function taskEventsTable(context: TableContext, rows: readonly QueuedTaskRow[]): TableValue {
  const cells = rows.map((row) => ({
    PayloadText: textCell(row.text, context),
    PayloadID: row.payloadId,
    InstanceID: row.instanceId,
    ExecutionID: row.executionId,
    Name: row.name,
    EventType: "TaskScheduled",
    TaskID: row.taskId,
    Version: row.version,
    TraceContext: row.traceContext,
    Tags: row.tags,
  }));
  return tableOf("TaskEvents", context, cells);
}

/** Outcomes of activity tasks, of the same type as the tasks. */
export function taskResultsTable(context: TableContext, rows: readonly MessageRow[]): TableValue {
  const cells = rows.map((row) => ({
    ...cellsOf(row),
    ...payloadCells(withTimestamp(row), context),
    InstanceID: row.instanceId,
    ExecutionID: row.executionId,
  }));
  return tableOf("TaskEvents", context, cells);
}

type Cells = Readonly<Record<string, unknown>>;

function cellsOf(row: EventRow): Cells {
  return {
    EventType: row.eventType,
    Name: row.name,
    RuntimeStatus: row.runtimeStatus,
    TaskID: row.taskId,
    VisibleTime: row.visibleTime,
    TraceContext: row.traceContext,
  };
}

/**
 * The message with its own time, which the columns have no place for: the database stamps what is sent with its clock. A
 * timer needs none, for it is the time at which it fires.
 */
function withTimestamp(row: MessageRow): MessageRow {
  if (row.eventType === "TimerFired" && row.hostData === null) return row;
  const data = parseHostData(row.hostData);
  const set = { timestamp: row.timestamp, ...data.event?.set };
  return { ...row, hostData: hostDataJson({ ...data, event: { ...data.event, set } }) };
}

function historyPayload(row: HistoryRow, context: TableContext): Cells {
  if (row.payloadId !== undefined) return { PayloadID: row.payloadId };
  const isEmpty = row.text === null && row.reason === null && row.hostData === null;
  return isEmpty ? {} : payloadCells(row, context);
}

function payloadCells(row: Pick<EventRow, "text" | "reason" | "hostData">, context: TableContext): Cells {
  const { text, reason } = withReasonData(row.text, row.reason, row.hostData);
  return { PayloadText: textCell(text, context), Reason: reason, PayloadID: context.newGuid() };
}

/** A JSON text survives any collation, written with escapes. */
export function textCell(text: string | null, { storage }: Pick<TableContext, "storage">): string | null {
  return text !== null && needsExactText(text, storage.isUtf8) ? asciiJson(text) : text;
}

/** What `textCell` has written. */
export function cellText(text: string | null, { storage }: Pick<TableContext, "storage">): string | null {
  return text === null || storage.isUtf8 ? text : withoutEscapes(text);
}

function tableOf(type: keyof typeof TYPES, { schema, has }: TableContext, cells: readonly Cells[]): TableValue {
  const columns = TYPES[type].filter(
    ({ name }) => (has.traceContext || name !== "TraceContext") && (has.tags || name !== "Tags"),
  );
  return {
    type: `${schema}.${type}`,
    columns,
    rows: cells.map((row) => columns.map(({ name }) => row[name] ?? null)),
  };
}

const instanceId = column("InstanceID", "nvarchar", 100);
const executionId = column("ExecutionID", "nvarchar", 50);
const sequenceNumber = column("SequenceNumber", "bigint");
const eventType = column("EventType", "nvarchar", 40);
const eventName = column("Name", "nvarchar", 300);
const runtimeStatus = column("RuntimeStatus", "nvarchar", 30);
const taskId = column("TaskID", "int");
const visibleTime = column("VisibleTime", "datetime2");
const payload = [
  column("Reason", "nvarchar"),
  column("PayloadText", "nvarchar"),
  column("PayloadID", "uniqueidentifier"),
];
const parentInstanceId = column("ParentInstanceID", "nvarchar", 100);
const version = column("Version", "nvarchar", 100);
const traceContext = column("TraceContext", "nvarchar", 800);
// Without a length, for nvarchar can be declared with 4000 characters at most; they have 8000 bytes.
const tags = column("Tags", "nvarchar");

const TYPES = {
  HistoryEvents: [
    ...[instanceId, executionId, sequenceNumber, eventType, eventName, runtimeStatus, taskId],
    ...[column("Timestamp", "datetime2"), column("IsPlayed", "bit"), visibleTime, ...payload],
    ...[parentInstanceId, version, traceContext],
  ],
  OrchestrationEvents: [
    ...[instanceId, executionId, sequenceNumber, eventType, eventName, runtimeStatus, taskId],
    ...[visibleTime, ...payload, parentInstanceId, version, traceContext, tags],
  ],
  TaskEvents: [
    ...[instanceId, executionId, eventName, eventType, taskId, visibleTime],
    ...[column("LockedBy", "nvarchar", 100), column("LockExpiration", "datetime2"), ...payload],
    ...[version, traceContext, tags],
  ],
} as const satisfies Record<string, readonly TableColumn[]>;

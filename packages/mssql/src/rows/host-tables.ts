import type { TableValue } from "../connection/sql-client";
import type { EventRow } from "./event-row";
import type { MessageRow } from "./message-row";
import type { NewPayloads, PayloadRow } from "./new-payloads";
import { column } from "./table-column";
import type { NewTaskRow } from "./task-row";

/*
 * Values of the table types in `<schema>_host` (sql/host/000001-types.sql). Columns are bound by position: order and
 * width are those of the types.
 */

/** An event that a commit appends. With `payloadId` its texts are stored already: it came as a message. */
export interface HistoryRow extends EventRow {
  readonly payloadId?: string | null;
}

/** Rows are for `instanceId`; their sequence numbers count on from `firstSequenceNumber`. */
export function historyTable(
  schema: string,
  rows: readonly HistoryRow[],
  context: { readonly instanceId: string; readonly firstSequenceNumber: number; readonly payloads: NewPayloads },
): TableValue {
  const { instanceId, firstSequenceNumber, payloads } = context;
  return {
    type: `${schema}_host.HistoryRows`,
    columns: HISTORY_COLUMNS,
    rows: rows.map((row, index) => [
      firstSequenceNumber + index,
      row.eventType,
      row.taskId,
      row.timestamp,
      row.isPlayed,
      row.name,
      row.runtimeStatus,
      row.visibleTime,
      row.payloadId === undefined ? payloads.add(instanceId, row) : row.payloadId,
      row.traceContext,
    ]),
  };
}

/** Messages in the order in which they are to be delivered. */
export function messageTable(schema: string, rows: readonly MessageRow[], payloads: NewPayloads): TableValue {
  return {
    type: `${schema}_host.MessageRows`,
    columns: MESSAGE_COLUMNS,
    rows: rows.map((row, position) => {
      const { instanceId } = row;
      const payloadId = payloads.add(instanceId, row);
      return [
        position,
        instanceId,
        row.executionId,
        row.eventType,
        row.name,
        row.runtimeStatus,
        row.taskId,
        row.timestamp,
        row.visibleTime,
        payloadId,
        row.traceContext,
        ...seedCells(row, payloadId, payloads),
      ];
    }),
  };
}

/** Activity tasks that a commit queues at `now`. */
export function taskTable(schema: string, rows: readonly NewTaskRow[], now: number, payloads: NewPayloads): TableValue {
  return {
    type: `${schema}_host.TaskRows`,
    columns: TASK_COLUMNS,
    rows: rows.map((row, position) => [
      position,
      row.executionId,
      row.taskId,
      row.name,
      row.version,
      now,
      payloads.add(row.instanceId, row),
      row.traceContext,
      row.tags,
    ]),
  };
}

/** To be built after the tables whose rows refer to the payloads. */
export function payloadTable(schema: string, rows: readonly PayloadRow[]): TableValue {
  return {
    type: `${schema}_host.PayloadRows`,
    columns: PAYLOAD_COLUMNS,
    rows: rows.map(({ instanceId, payloadId, text, reason, hostData }) => [
      instanceId,
      payloadId,
      text,
      reason,
      hostData,
    ]),
  };
}

function seedCells({ seed }: MessageRow, payloadId: string | null, payloads: NewPayloads): readonly unknown[] {
  if (seed === null) return SEED_COLUMNS.map(() => null);
  const inputId = typeof seed.input === "string" ? payloadId : payloads.add(seed.instanceId, seed.input);
  return [seed.executionId, seed.name, seed.version, seed.parentInstanceId, inputId, seed.tags, seed.createdTime];
}

const PAYLOAD_COLUMNS = [
  column("InstanceID", "nvarchar", 100),
  column("PayloadID", "uniqueidentifier"),
  column("Text", "nvarchar"),
  column("Reason", "nvarchar"),
  column("HostData", "nvarchar"),
];

const HISTORY_COLUMNS = [
  column("SequenceNumber", "bigint"),
  column("EventType", "nvarchar", 40),
  column("TaskID", "int"),
  column("Timestamp", "datetime2"),
  column("IsPlayed", "bit"),
  column("Name", "nvarchar", 300),
  column("RuntimeStatus", "nvarchar", 20),
  column("VisibleTime", "datetime2"),
  column("PayloadID", "uniqueidentifier"),
  column("TraceContext", "nvarchar", 800),
];

const SEED_COLUMNS = [
  column("SeedExecutionID", "nvarchar", 50),
  column("SeedName", "nvarchar", 300),
  column("SeedVersion", "nvarchar", 100),
  column("SeedParentInstanceID", "nvarchar", 100),
  column("SeedInputPayloadID", "uniqueidentifier"),
  column("SeedTags", "nvarchar"),
  column("SeedCreatedTime", "datetime2"),
];

const MESSAGE_COLUMNS = [
  column("Position", "int"),
  column("InstanceID", "nvarchar", 100),
  column("ExecutionID", "nvarchar", 50),
  column("EventType", "nvarchar", 40),
  column("Name", "nvarchar", 300),
  column("RuntimeStatus", "nvarchar", 30),
  column("TaskID", "int"),
  column("Timestamp", "datetime2"),
  column("VisibleTime", "datetime2"),
  column("PayloadID", "uniqueidentifier"),
  column("TraceContext", "nvarchar", 800),
  ...SEED_COLUMNS,
];

const TASK_COLUMNS = [
  column("Position", "int"),
  column("ExecutionID", "nvarchar", 50),
  column("TaskID", "int"),
  column("Name", "nvarchar", 300),
  column("Version", "nvarchar", 100),
  column("Timestamp", "datetime2"),
  column("PayloadID", "uniqueidentifier"),
  column("TraceContext", "nvarchar", 800),
  column("Tags", "nvarchar"),
];

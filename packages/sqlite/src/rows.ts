import {
  RUNTIME_STATUSES,
  type ActivityTask,
  type FailureDetails,
  type HistoryEvent,
  type InstanceKind,
  type InstanceState,
  type MessageEvent,
  type RuntimeStatus,
} from "@durable-host/engine";
import { corruptRow } from "./storage-errors";

/** What must be known of an instance to deliver to it or to replace it: its row without texts. */
export interface InstanceHead {
  readonly key: number;
  readonly instanceId: string;
  readonly kind: InstanceKind;
  readonly executionId: string;
  readonly status: RuntimeStatus;
}

/** An instance as its row holds it. */
export interface StoredInstance {
  readonly head: InstanceHead;
  readonly state: InstanceState;
  readonly historyLength: number;
}

/** A driver row. The driver types rows loosely; this is the only file that reads fields out of them. */
export type Row = Readonly<Record<string, unknown>>;

// Numbers in the file: never renumber, only append.
const STATUS_CODES: Readonly<Record<RuntimeStatus, number>> = {
  Pending: 0,
  Running: 1,
  Completed: 2,
  ContinuedAsNew: 3,
  Failed: 4,
  Canceled: 5,
  Terminated: 6,
  Suspended: 7,
};
const STATUS_BY_CODE = new Map(RUNTIME_STATUSES.map((status) => [STATUS_CODES[status], status] as const));

/** The number under which a runtime status is stored. */
export function statusCode(status: RuntimeStatus): number {
  return STATUS_CODES[status];
}

export function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number") throw corruptRow(column);
  return value;
}

export function optionalNumberOf(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : numberOf(row, column);
}

export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw corruptRow(column);
  return value;
}

export function optionalTextOf(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : textOf(row, column);
}

/** Reads the columns every query of an instance has: key, ids, status, kind. */
export function headOf(row: Row): InstanceHead {
  const status = STATUS_BY_CODE.get(numberOf(row, "status"));
  if (status === undefined) throw corruptRow("status");
  return {
    key: numberOf(row, "key"),
    instanceId: textOf(row, "instance_id"),
    kind: numberOf(row, "entity") === 1 ? "entity" : "orchestration",
    executionId: textOf(row, "execution_id"),
    status,
  };
}

/** Reads a whole instance row. Absent optional fields stay absent, so that states compare equal to what was stored. */
export function storedInstanceOf(found: Row | undefined): StoredInstance {
  const row = present(found, "instance_id");
  const head = headOf(row);
  const parentInstanceId = optionalTextOf(row, "parent_instance_id");
  const tags = optionalTextOf(row, "tags");
  const failureDetails = optionalTextOf(row, "failure_details");
  const completedAt = optionalNumberOf(row, "completed_at");
  const state: InstanceState = {
    instanceId: head.instanceId,
    executionId: head.executionId,
    name: textOf(row, "name"),
    version: textOf(row, "version"),
    runtimeStatus: head.status,
    input: optionalTextOf(row, "input") ?? null,
    output: optionalTextOf(row, "output") ?? null,
    customStatus: optionalTextOf(row, "custom_status") ?? null,
    createdAt: numberOf(row, "created_at"),
    lastUpdatedAt: numberOf(row, "updated_at"),
    ...(failureDetails !== undefined && { failureDetails: parse<FailureDetails>(failureDetails, "failure_details") }),
    ...(parentInstanceId !== undefined && { parentInstanceId }),
    ...(tags !== undefined && { tags: parse<Record<string, string>>(tags, "tags") }),
    ...(completedAt !== undefined && { completedAt }),
  };
  return { head, state, historyLength: numberOf(row, "history_length") };
}

/** Values of a state for the statements that name all mutable columns, from `name` to `input`. */
export function stateTexts(state: InstanceState): readonly (string | null)[] {
  return [
    state.name,
    state.version,
    state.parentInstanceId ?? null,
    state.tags === undefined ? null : JSON.stringify(state.tags),
    state.customStatus,
    state.failureDetails === undefined ? null : JSON.stringify(state.failureDetails),
    state.output,
    state.input,
  ];
}

/** Parses the events of one history row. */
export function historyEventsOf(row: Row): readonly HistoryEvent[] {
  return parse<readonly HistoryEvent[]>(textOf(row, "events"), "events");
}

export function messageEventOf(row: Row | undefined): MessageEvent {
  return parse<MessageEvent>(textOf(present(row, "event"), "event"), "event");
}

export function activityTaskOf(row: Row | undefined): ActivityTask {
  return parse<ActivityTask>(textOf(present(row, "task"), "task"), "task");
}

/** A row that must be there, named by the column it is read for. */
function present(row: Row | undefined, column: string): Row {
  if (row === undefined) throw corruptRow(column);
  return row;
}

/** Only this program writes these columns, so text that parses has the shape it was written with. */
function parse<T>(text: string, column: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw corruptRow(column);
  }
}

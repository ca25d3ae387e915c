import type { OrchestrationCommit, OrchestrationWorkItem } from "@durable-host/engine";
import type { SqlParameter, TableValue } from "../connection/sql-client";
import { historyRows } from "../operations/history-rows";
import type { HistoryRow } from "../rows/host-tables";
import { encodeInstance } from "../rows/instance-row";
import type { MessageRow } from "../rows/message-row";
import {
  historyEventsTable,
  messageIdsTable,
  orchestrationEventsTable,
  taskEventsTable,
  textCell,
  type QueuedTaskRow,
} from "../rows/microsoft-tables";
import { encodeTask } from "../rows/task-row";
import { engineExecution, nextStoredExecution } from "./execution-names";
import type { HeldInstance } from "./held-locks";
import { instanceParameter, tableContext, type MicrosoftStore } from "./microsoft-store";

/** A call of Microsoft's `_CheckpointOrchestration`. */
export interface Checkpoint {
  readonly parameters: readonly SqlParameter[];
  /** How many messages it consumes: fewer means that somebody else has had some of them. */
  readonly consumed: number;
}

/** Turns a commit into the parameters of a checkpoint. */
export function checkpointOf(
  store: MicrosoftStore,
  held: HeldInstance,
  item: OrchestrationWorkItem,
  commit: OrchestrationCommit,
  messages: readonly MessageRow[],
): Checkpoint {
  const { instanceId } = held.row;
  const executionId = storedExecution(held, commit);
  const isNew = executionId !== held.row.executionId;
  const consumed = [...commit.consumedMessages, ...held.meaningless];
  const deleted = consumed.map((sequenceNumber) => ({ instanceId, sequenceNumber }));
  const tasks = taskRows(store, item, commit, executionId);
  const history = historyTable(store, held, commit, { executionId, isNew, tasks });
  const status = commit.instance?.runtimeStatus ?? "Pending";
  const context = tableContext(store);
  return {
    consumed: consumed.length,
    parameters: [
      instanceParameter(instanceId),
      { name: "ExecutionID", type: "nvarchar", length: 50, value: executionId },
      { name: "RuntimeStatus", type: "nvarchar", length: 30, value: status },
      { name: "CustomStatusPayload", type: "nvarchar", value: customStatus(store, held, commit, isNew) },
      { name: "DeletedEvents", type: "table", value: messageIdsTable(store.schema, deleted) },
      { name: "NewHistoryEvents", type: "table", value: history },
      { name: "NewOrchestrationEvents", type: "table", value: orchestrationEventsTable(context, messages) },
      { name: "NewTaskEvents", type: "table", value: taskEventsTable(context, tasks) },
    ],
  };
}

/** Another id than before makes the procedure begin the history anew. */
function storedExecution({ row }: HeldInstance, { instance, history }: OrchestrationCommit): string {
  const wanted = instance?.executionId;
  if (wanted !== undefined && wanted !== engineExecution(row.executionId)) return wanted;
  const isReplaced = history.type === "replace" || instance === undefined;
  return isReplaced ? nextStoredExecution(row.executionId) : row.executionId;
}

/** A commit that deletes takes everything away; otherwise nothing is said by JSON's null where something was. */
function customStatus(
  store: MicrosoftStore,
  { row }: HeldInstance,
  { instance }: OrchestrationCommit,
  isNew: boolean,
): string | null {
  if (instance === undefined) return null;
  const { text } = encodeInstance(instance, store.storage).customStatus;
  return textCell(text, store) ?? (isNew || row.customStatus.text === null ? null : "null");
}

function taskRows(
  { storage, newGuid }: MicrosoftStore,
  item: OrchestrationWorkItem,
  { activities }: OrchestrationCommit,
  executionId: string,
): readonly QueuedTaskRow[] {
  return activities.map((task) => {
    const row = encodeTask(task, item.instance.tags, storage);
    return { ...row, executionId, payloadId: row.text === null ? null : newGuid() };
  });
}

function historyTable(
  store: MicrosoftStore,
  held: HeldInstance,
  { instance, history }: OrchestrationCommit,
  of: { readonly executionId: string; readonly isNew: boolean; readonly tasks: readonly QueuedTaskRow[] },
): TableValue {
  // With the history of before go the payloads it refers to, so a new one has texts of its own.
  const eventPayloads = of.isNew ? new Map() : held.eventPayloads;
  const events = instance === undefined ? [] : history.events;
  const rows = historyRows(events, { eventPayloads }, store.storage);
  return historyEventsTable(
    tableContext(store),
    rows.map((row) => withTasksPayload(row, of.tasks)),
    {
      instanceId: held.row.instanceId,
      executionId: of.executionId,
      firstSequenceNumber: of.isNew ? 0 : held.nextSequenceNumber,
    },
  );
}

/** A task that is queued with this commit has the same input as its event: one payload is enough. */
function withTasksPayload(row: HistoryRow, tasks: readonly QueuedTaskRow[]): HistoryRow {
  if (row.eventType !== "TaskScheduled" || row.hostData !== null) return row;
  const task = tasks.find(({ taskId, text }) => taskId === row.taskId && text === row.text);
  return task === undefined ? row : { ...row, payloadId: task.payloadId };
}

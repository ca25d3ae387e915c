import type { InstanceState, OrchestrationCommit, OrchestrationWorkItem } from "@durable-host/engine";
import type { SqlParameter } from "../connection/sql-client";
import { historyTable, messageTable, payloadTable, taskTable } from "../rows/host-tables";
import { encodeInstance, type InstanceRow } from "../rows/instance-row";
import { endedTaskTable, numberTable } from "../rows/list-tables";
import { encodeMessage, encodeTimer, type MessageRow } from "../rows/message-row";
import { NewPayloads } from "../rows/new-payloads";
import { encodeTask } from "../rows/task-row";
import { callHost, type Store } from "../store";
import { announce } from "../work/announce";
import { historyRows } from "./history-rows";
import { sequenceNumberOf } from "./lock-activities";
import { savedTexts } from "./saved-texts";
import { rowsBehind } from "./work-item";

/** Saves what an episode or entity batch came to, and releases the lock. */
export async function commitOrchestration(
  store: Store,
  item: OrchestrationWorkItem,
  commit: OrchestrationCommit,
): Promise<void> {
  const { instanceId } = item.instance;
  const payloads = new NewPayloads(store.newGuid);
  const messages = messageRows(store, item, commit);
  const { returnValue } = await callHost(store, "CommitInstance", [
    { name: "InstanceID", type: "nvarchar", length: 100, value: instanceId },
    { name: "Token", type: "nvarchar", length: 100, value: item.lock.token },
    { name: "Delete", type: "bit", value: commit.instance === undefined },
    { name: "CancelAllTimers", type: "bit", value: commit.canceledTimers === "all" },
    ...instanceParameters(store, item, commit, payloads),
    ...workParameters(store, item, commit, payloads),
    { name: "Messages", type: "table", value: messageTable(store.schema, messages, payloads) },
    { name: "Payloads", type: "table", value: payloadTable(store.schema, payloads.rows) },
  ]);
  if (commit.activities.length > 0) store.signals.mark("activity");
  announce(store, returnValue === 1 ? [{ instanceId, visibleTime: null }, ...messages] : messages);
}

/** Timers first: they are messages to the instance itself. */
function messageRows(store: Store, item: OrchestrationWorkItem, commit: OrchestrationCommit): readonly MessageRow[] {
  const { storage, logger } = store;
  const owner = commit.instance ?? item.instance;
  const rows = [
    ...commit.timers.map((timer) => encodeTimer(timer, owner, storage)),
    ...commit.messages.map((message) => encodeMessage(message, storage)),
  ];
  for (const { lostTags, instanceId } of rows) {
    if (lostTags)
      logger.warn(`The instance '${instanceId}' goes without its tags: they are more than SQL Server keeps.`);
  }
  return rows;
}

function instanceParameters(
  store: Store,
  item: OrchestrationWorkItem,
  { instance, history }: OrchestrationCommit,
  payloads: NewPayloads,
): readonly SqlParameter[] {
  const { schema, storage } = store;
  const rows = rowsBehind(item);
  const row = encodeInstance(instance ?? begunAnew(item.instance), storage);
  const events = instance === undefined ? [] : historyRows(history.events, rows, storage);
  const saved = savedTexts(row, rows, events, payloads);
  const isReplaced = history.type === "replace" || instance === undefined;
  const table = historyTable(schema, saved.history, {
    instanceId: row.instanceId,
    firstSequenceNumber: isReplaced ? 0 : item.historyLength,
    payloads,
  });
  return [
    ...columnParameters(row),
    { name: "InputPayloadID", type: "uniqueidentifier", value: saved.ids.input },
    { name: "OutputPayloadID", type: "uniqueidentifier", value: saved.ids.output },
    { name: "CustomStatusPayloadID", type: "uniqueidentifier", value: saved.ids.customStatus },
    { name: "ReplaceHistory", type: "bit", value: isReplaced },
    { name: "History", type: "table", value: table },
  ];
}

/** What a deleted instance is if messages have come in meanwhile: as if the first of them had just created it. */
function begunAnew(instance: InstanceState): InstanceState {
  const { failureDetails: _failureDetails, completedAt: _completedAt, ...kept } = instance;
  return { ...kept, runtimeStatus: "Pending", input: null, output: null, customStatus: null };
}

function columnParameters(row: InstanceRow): readonly SqlParameter[] {
  return [
    { name: "ExecutionID", type: "nvarchar", length: 50, value: row.executionId },
    { name: "Name", type: "nvarchar", length: 300, value: row.name },
    { name: "Version", type: "nvarchar", length: 100, value: row.version },
    { name: "RuntimeStatus", type: "nvarchar", length: 20, value: row.runtimeStatus },
    { name: "CreatedTime", type: "datetime2", value: row.createdTime },
    { name: "LastUpdatedTime", type: "datetime2", value: row.lastUpdatedTime },
    { name: "CompletedTime", type: "datetime2", value: row.completedTime },
    { name: "ParentInstanceID", type: "nvarchar", length: 100, value: row.parentInstanceId },
    { name: "Tags", type: "nvarchar", value: row.tags },
  ];
}

/** What is consumed, cancelled, ended and queued. */
function workParameters(
  { schema, storage, clock }: Store,
  item: OrchestrationWorkItem,
  { consumedMessages, canceledTimers, activities, endedActivities = [] }: OrchestrationCommit,
  payloads: NewPayloads,
): readonly SqlParameter[] {
  const tasks = activities.map((task) => encodeTask(task, item.instance.tags, storage));
  const ended = endedActivities.map((activity) => ({
    sequenceNumber: sequenceNumberOf(activity),
    token: activity.lock.token,
  }));
  const canceled = canceledTimers === "all" ? [] : canceledTimers;
  return [
    { name: "Consumed", type: "table", value: numberTable(schema, consumedMessages) },
    { name: "CanceledTimers", type: "table", value: numberTable(schema, canceled) },
    { name: "Tasks", type: "table", value: taskTable(schema, tasks, clock.now(), payloads) },
    { name: "EndedTasks", type: "table", value: endedTaskTable(schema, ended) },
  ];
}

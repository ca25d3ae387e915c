import type { ActivityWorkItem } from "@durable-host/engine";
import type { Row } from "../connection/sql-client";
import { Columns } from "../rows/columns";
import { cellText } from "../rows/microsoft-tables";
import { readTaskRow } from "../rows/read-rows";
import { decodeTask } from "../rows/task-row";
import { engineExecution } from "./execution-names";
import { wake } from "../store";
import { callMicrosoft, type MicrosoftStore } from "./microsoft-store";

/** Locks activity tasks, one by one. */
export async function lockActivities(store: MicrosoftStore, max: number): Promise<ActivityWorkItem[]> {
  const items: ActivityWorkItem[] = [];
  // What was locked first must not expire while more is looked for.
  const until = store.clock.now() + store.leaseMs / 2;
  while (items.length < max && store.clock.now() < until) {
    const item = await lockNext(store);
    if (item === undefined) break;
    items.push(item);
  }
  if (items.length > 0) store.busy = true;
  if (store.clock.now() >= until) wake(store, "activity");
  return items;
}

async function lockNext(store: MicrosoftStore): Promise<ActivityWorkItem | undefined> {
  const token = `${store.owner},${store.newGuid()}`;
  const expiresAt = store.clock.now() + store.leaseMs;
  const { sets } = await callMicrosoft(store, "_LockNextTask", [
    { name: "LockedBy", type: "nvarchar", length: 100, value: token },
    { name: "LockExpiration", type: "datetime2", value: store.serverTime.toServer(expiresAt) },
  ]);
  const row = sets[0]?.[0];
  return row && workItem(store, row, token, expiresAt);
}

function workItem(store: MicrosoftStore, row: Row, token: string, expiresAt: number): ActivityWorkItem {
  const columns = new Columns(row);
  const task = readTaskRow(row);
  const item: ActivityWorkItem = {
    kind: "activity",
    lock: { token, expiresAt },
    task: decodeTask({
      ...task,
      text: cellText(task.text, store),
      executionId: engineExecution(task.executionId ?? ""),
    }),
    previousDeliveries: columns.number("DequeueCount") - 1,
  };
  const { instanceId, executionId } = task;
  const sequenceNumber = columns.number("SequenceNumber");
  store.locks.add(item, { kind: "task", instanceId, executionId: executionId ?? "", sequenceNumber }, expiresAt);
  return item;
}

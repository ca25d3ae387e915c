import type { ActivityWorkItem } from "@durable-host/engine";
import type { Row } from "../connection/sql-client";
import { Columns } from "../rows/columns";
import { readTaskRow } from "../rows/read-rows";
import { decodeTask } from "../rows/task-row";
import type { Store } from "../store";
import { claim } from "./claim";

const sequenceNumbers = new WeakMap<ActivityWorkItem, number>();

/** Locks activity tasks, oldest first. */
export async function lockActivities(store: Store, max: number): Promise<ActivityWorkItem[]> {
  const askedAt = store.clock.now();
  const { sets } = await claim(store, "LockTasks", [{ name: "Max", type: "int", value: max }]);
  const [[time] = [], tasks = []] = sets;
  if (time) store.serverTime.observe(new Columns(time).number("Now"), askedAt);
  return tasks.map((row) => workItem(store, row));
}

/** The number under which the task of a work item is stored. */
export function sequenceNumberOf(item: ActivityWorkItem): number {
  const sequenceNumber = sequenceNumbers.get(item);
  if (sequenceNumber === undefined)
    throw new Error(`The work item of '${item.task.name}' is not one of this provider.`);
  return sequenceNumber;
}

function workItem(store: Store, row: Row): ActivityWorkItem {
  const columns = new Columns(row);
  const item: ActivityWorkItem = {
    kind: "activity",
    lock: {
      token: columns.text("LockedBy"),
      expiresAt: store.serverTime.toLocal(columns.number("LockExpiration")),
    },
    task: decodeTask(readTaskRow(row)),
    previousDeliveries: columns.number("DequeueCount") - 1,
  };
  sequenceNumbers.set(item, columns.number("SequenceNumber"));
  return item;
}

import type { ActivityTask, ActivityWorkItem } from "@durable-host/engine";
import { activityTaskOf } from "../rows";
import type { Store } from "../store";
import type { ActivityEntry } from "../work/instance-record";

/** Locks the oldest activity tasks. Touches the table only for tasks whose body memory does not hold. */
export async function lockActivities(store: Store, max: number): Promise<ActivityWorkItem[]> {
  const locked = store.lockActivities(max);
  if (locked.every((entry) => entry.task !== undefined)) return locked.flatMap((entry) => workItem(entry, entry.task));
  try {
    return await store.journal.read(() => locked.flatMap((entry) => workItem(entry, entry.task ?? load(store, entry))));
  } catch (error) {
    for (const entry of locked) if (entry.lock !== undefined) store.giveBackActivity(entry, 0);
    throw error;
  }
}

/** Undefined when the task was purged after it was locked. */
function load({ statements }: Store, entry: ActivityEntry): ActivityTask | undefined {
  return entry.lock === undefined ? undefined : activityTaskOf(statements.selectActivity.get(entry.sequenceNumber));
}

function workItem({ lock, deliveries }: ActivityEntry, task: ActivityTask | undefined): ActivityWorkItem[] {
  if (lock === undefined || task === undefined) return [];
  const { token, expiresAt } = lock;
  return [{ kind: "activity", lock: { token, expiresAt }, task, previousDeliveries: deliveries - 1 }];
}

import type { ActivityTask, ActivityWorkItem } from "@durable-host/engine";
import { activityTaskOf } from "../rows";
import type { Store } from "../store";
import type { ActivityEntry } from "../work/instance-record";
import { loadOrSetAside, reportUnreadable, UNREADABLE_DELAY_MS, type Unreadable } from "./unreadable";

/** Locks the oldest activity tasks. Touches the table only for tasks whose body memory does not hold. */
export async function lockActivities(store: Store, max: number): Promise<ActivityWorkItem[]> {
  const locked = store.lockActivities(max);
  if (locked.every((entry) => entry.task !== undefined)) return locked.flatMap((entry) => workItem(entry, entry.task));
  const unreadable: Unreadable<ActivityEntry>[] = [];
  try {
    const item = (entry: ActivityEntry) =>
      loadOrSetAside(unreadable, entry, () => workItem(entry, entry.task ?? load(store, entry)));
    return await store.journal.read(() => locked.flatMap(item));
  } catch (error) {
    for (const entry of locked) if (entry.lock !== undefined) store.giveBackActivity(entry, 0);
    throw error;
  } finally {
    for (const { owner, error } of unreadable) {
      reportUnreadable(store.logger, owner.record.instanceId, error);
      if (owner.lock !== undefined) store.giveBackActivity(owner, UNREADABLE_DELAY_MS);
    }
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

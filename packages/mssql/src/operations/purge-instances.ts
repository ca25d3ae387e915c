import type { RuntimeStatus } from "@durable-host/engine";
import { isStorableId } from "../rows/column-limits";
import { Columns } from "../rows/columns";
import { textTable } from "../rows/list-tables";
import { callHost, type Store } from "../store";

/** Instances of one transaction: few enough that nobody waits long for its locks, and no time-out is near. */
const BATCH = 100;
const TIMEOUT_MS = 120_000;

/** Deletes instances with all that belongs to them, batch by batch; resolves to how many were deleted. */
export async function purgeInstances(
  store: Store,
  instanceIds: readonly string[],
  statuses?: readonly RuntimeStatus[],
): Promise<number> {
  const { schema, storage } = store;
  const stored = instanceIds.filter((instanceId) => isStorableId(instanceId, storage));
  let deleted = 0;
  for (let begin = 0; begin < stored.length; begin += BATCH) {
    const batch = stored.slice(begin, begin + BATCH);
    const { sets } = await callHost(
      store,
      "PurgeInstances",
      [
        { name: "InstanceIDs", type: "table", value: textTable(schema, batch) },
        { name: "AnyStatus", type: "bit", value: statuses === undefined },
        { name: "Statuses", type: "table", value: textTable(schema, statuses ?? []) },
      ],
      { timeoutMs: TIMEOUT_MS },
    );
    const row = sets[0]?.[0];
    if (row) deleted += new Columns(row).number("Deleted");
  }
  return deleted;
}

/** Deletes all of the task hub, batch by batch. */
export async function deleteTaskHub(store: Store): Promise<void> {
  for (let isLeft = true; isLeft;) {
    const { sets } = await callHost(store, "DeleteTaskHub", [{ name: "Max", type: "int", value: BATCH }], {
      timeoutMs: TIMEOUT_MS,
    });
    const row = sets[0]?.[0];
    isLeft = row !== undefined && new Columns(row).flag("Remaining");
  }
}

import type { RuntimeStatus } from "@durable-host/engine";
import { isStorableId } from "../rows/column-limits";
import type { InstanceRow } from "../rows/instance-row";
import { instanceIdsTable } from "../rows/microsoft-tables";
import { callMicrosoft, type MicrosoftStore } from "./microsoft-store";
import { rowsFrom } from "./query-instances";
import { isDeleted, readRow } from "./read-instance";

/** Instances of one transaction: few enough that nobody waits long for its locks, and no time-out is near. */
const BATCH = 100;
const TIMEOUT_MS = 120_000;

/** Deletes instances with all that belongs to them, batch by batch; resolves to how many were deleted. */
export async function purgeInstances(
  store: MicrosoftStore,
  instanceIds: readonly string[],
  statuses?: readonly RuntimeStatus[],
): Promise<number> {
  const stored = [...new Set(instanceIds)].filter((instanceId) => isStorableId(instanceId, store.storage));
  let deleted = 0;
  for (let begin = 0; begin < stored.length; begin += BATCH) {
    const batch = stored.slice(begin, begin + BATCH);
    const rows = await Promise.all(batch.map((instanceId) => readRow(store, instanceId, { texts: false })));
    const wanted = rows.filter((row) => row !== undefined).filter((row) => isWanted(row, statuses));
    await purge(store, wanted);
    // A row that stands for a deleted entity goes along, and is none of those that were there.
    deleted += wanted.filter((row) => !isDeleted(row)).length;
  }
  return deleted;
}

/** Deletes all of the task hub, batch by batch. */
export async function deleteTaskHub(store: MicrosoftStore): Promise<void> {
  const all: InstanceRow[] = [];
  for await (const row of rowsFrom(store, { texts: false })) all.push(row);
  for (let begin = 0; begin < all.length; begin += BATCH) await purge(store, all.slice(begin, begin + BATCH));
}

function isWanted({ runtimeStatus }: InstanceRow, statuses?: readonly RuntimeStatus[]): boolean {
  return statuses === undefined || statuses.some((status) => status === runtimeStatus);
}

async function purge(store: MicrosoftStore, rows: readonly InstanceRow[]): Promise<void> {
  if (rows.length === 0) return;
  const ids = instanceIdsTable(
    store.schema,
    rows.map(({ instanceId }) => instanceId),
  );
  const parameter = { name: "InstanceIDs", type: "table", value: ids } as const;
  await callMicrosoft(store, "PurgeInstanceStateByID", [parameter], { timeoutMs: TIMEOUT_MS });
}

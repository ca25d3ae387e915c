import { isTerminal, RUNTIME_STATUSES } from "../model/runtime-status";
import type { InstanceFilter, StorageProvider } from "../ports/storage-provider";

/** Instances deleted in one transaction: few enough that other work gets its turn in between. */
const BATCH = 200;

/** See TaskHub.purgeInstances: what still runs is never deleted, whatever the filter says. */
export async function purgeInstances(provider: StorageProvider, filter: InstanceFilter): Promise<number> {
  const ended = RUNTIME_STATUSES.filter(isTerminal);
  const statuses = filter.statuses ? filter.statuses.filter(isTerminal) : ended;
  if (statuses.length === 0) return 0;
  let purged = 0;
  for (;;) {
    const page = await provider.queryInstances({ ...filter, statuses, top: BATCH });
    if (page.instances.length === 0) return purged;
    const count = await provider.purgeInstances(
      page.instances.map((instance) => instance.instanceId),
      statuses,
    );
    purged += count;
    if (count === 0) return purged;
  }
}

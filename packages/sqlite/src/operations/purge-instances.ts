import type { RuntimeStatus } from "@durable-host/engine";
import type { Operation } from "../journal/journal";
import type { Transaction } from "../journal/transaction";

/**
 * Deletes instances with all that belongs to them; returns how many were deleted. Locks on them are lost. With `statuses`,
 * only those that are in one of them now, whatever they were when somebody listed them, and that no start is waiting for.
 */
export function purgeInstances(
  instanceIds: readonly string[],
  statuses?: readonly RuntimeStatus[],
): Operation<Transaction, number> {
  const purgeable = statuses && new Set(statuses);
  return (transaction) => {
    let deleted = 0;
    for (const instanceId of instanceIds) {
      const head = transaction.lookup(instanceId);
      if (head === undefined) continue;
      if (purgeable && (!purgeable.has(head.status) || transaction.pendingStarts(head).length > 0)) continue;
      transaction.deleteInstance(head);
      deleted++;
    }
    return deleted;
  };
}

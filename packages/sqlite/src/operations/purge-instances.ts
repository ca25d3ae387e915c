import type { Operation } from "../journal/journal";
import type { Transaction } from "../journal/transaction";

/** Deletes instances with all that belongs to them; returns how many existed. Locks on them are lost. */
export function purgeInstances(instanceIds: readonly string[]): Operation<Transaction, number> {
  return (transaction) => {
    let existed = 0;
    for (const instanceId of instanceIds) {
      const head = transaction.lookup(instanceId);
      if (head === undefined) continue;
      transaction.deleteInstance(head);
      existed++;
    }
    return existed;
  };
}

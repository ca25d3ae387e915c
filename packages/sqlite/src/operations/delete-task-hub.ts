import type { Operation } from "../journal/journal";
import type { Transaction } from "../journal/transaction";

/** Deletes every instance. Locks are lost. */
export function deleteTaskHub(): Operation<Transaction, void> {
  return (transaction) => transaction.deleteEverything();
}

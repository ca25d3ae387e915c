import type { ActivityOutcome, ActivityWorkItem } from "@durable-host/engine";
import type { Operation } from "../journal/journal";
import type { Transaction } from "../journal/transaction";
import { lockLost } from "./lock-lost";

/** Deletes the task and sends the outcome to its instance, unless the execution that asked is gone. */
export function commitActivity(item: ActivityWorkItem, outcome: ActivityOutcome): Operation<Transaction, void> {
  return (transaction) => {
    const { index } = transaction;
    const lock = index.activities.locks.find(item.lock.token);
    if (lock === undefined || lock.ending) throw lockLost(item);
    const { instanceId, executionId } = item.task;
    const target = transaction.lookup(instanceId);
    // The message first: taking the last activity out may make memory forget the instance.
    if (target?.executionId === executionId)
      transaction.insertMessage(target, { instanceId, executionId, event: outcome });
    transaction.deleteActivity(lock);
  };
}

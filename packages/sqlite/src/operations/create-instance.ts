import {
  DurableHostError,
  pendingInstance,
  seedOf,
  type ExecutionStarted,
  type RuntimeStatus,
} from "@durable-host/engine";
import type { Operation } from "../journal/journal";
import type { Transaction } from "../journal/transaction";
import type { InstanceHead } from "../rows";
import { messageWithWholeTimes, withWholeTimes } from "../whole-times";

/**
 * Creates a Pending instance with its start message; replaces an ended one with all that belongs to it, except starts of
 * other executions: somebody awaits an answer to each of them.
 */
export function createInstance(
  start: ExecutionStarted,
  replaceable: ReadonlySet<RuntimeStatus>,
): Operation<Transaction, void> {
  return (transaction) => {
    const { instanceId, executionId } = start.instance;
    const state = withWholeTimes(pendingInstance(instanceId, seedOf(start)));
    const message = messageWithWholeTimes({ instanceId, executionId, event: start });
    const existing = transaction.lookup(instanceId);
    const waiting = existing === undefined ? [] : startsOfOthers(transaction, existing);
    if (existing !== undefined) {
      if (!replaceable.has(existing.status)) {
        throw new DurableHostError(
          "INSTANCE_EXISTS",
          // Upstream's words: callers that see only a status of 500 look for them (durable contract §5.2).
          `An Orchestration instance with the status ${existing.status} already exists.`,
        );
      }
      transaction.deleteInstance(existing);
    }
    const head = transaction.insertInstance(state);
    transaction.insertMessage(head, message);
    for (const event of waiting) {
      const { executionId: awaited } = event.instance;
      transaction.insertMessage(head, messageWithWholeTimes({ instanceId, executionId: awaited, event }));
    }
  };
}

function startsOfOthers(transaction: Transaction, head: InstanceHead): ExecutionStarted[] {
  return transaction
    .pendingStarts(head)
    .filter((event) => event.type === "ExecutionStarted")
    .filter(({ instance }) => instance.executionId !== head.executionId);
}

import { DurableHostError, type ExecutionStarted, type InstanceState, type RuntimeStatus } from "@durable-host/engine";
import type { Operation } from "../journal/journal";
import type { Transaction } from "../journal/transaction";
import type { InstanceHead } from "../rows";

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
    const existing = transaction.lookup(instanceId);
    const waiting = existing === undefined ? [] : startsOfOthers(transaction, existing);
    if (existing !== undefined) {
      if (!replaceable.has(existing.status)) {
        throw new DurableHostError(
          "INSTANCE_EXISTS",
          `An instance with id ${instanceId} exists already and is ${existing.status}.`,
        );
      }
      transaction.deleteInstance(existing);
    }
    const head = transaction.insertInstance(startedInstance(start));
    transaction.insertMessage(head, { instanceId, executionId, event: start });
    for (const event of waiting)
      transaction.insertMessage(head, { instanceId, executionId: event.instance.executionId, event });
  };
}

function startsOfOthers(transaction: Transaction, head: InstanceHead): ExecutionStarted[] {
  return transaction
    .pendingStarts(head)
    .filter((event) => event.type === "ExecutionStarted")
    .filter(({ instance }) => instance.executionId !== head.executionId);
}

function startedInstance(start: ExecutionStarted): InstanceState {
  const { instance, name, version, input, parent, tags, timestamp } = start;
  return {
    ...instance,
    name,
    version,
    runtimeStatus: "Pending",
    input,
    output: null,
    customStatus: null,
    createdAt: timestamp,
    lastUpdatedAt: timestamp,
    ...(parent !== undefined && { parentInstanceId: parent.instanceId }),
    ...(tags !== undefined && { tags }),
  };
}

import { DurableHostError, type ActivityOutcome, type ActivityWorkItem } from "@durable-host/engine";
import { SqlError } from "../connection/sql-error";
import { encodeMessage } from "../rows/message-row";
import { messageIdsTable, taskResultsTable } from "../rows/microsoft-tables";
import { translated } from "../store";
import { announce } from "../work/announce";
import { callRaw, tableContext, type MicrosoftStore } from "./microsoft-store";

const PROCEDURE = "_CompleteTasks";
const COMPLETED_BEFORE = 50_002;

/**
 * Ends the task and sends the outcome to its instance, unless the execution that asked is gone. A task ends once: a late
 * owner is refused as soon as another has ended it, and so is this process when it repeats a call whose answer was lost.
 */
export async function commitActivity(
  store: MicrosoftStore,
  item: ActivityWorkItem,
  outcome: ActivityOutcome,
): Promise<void> {
  const { instanceId, executionId, sequenceNumber } = store.locks.task(item);
  const row = encodeMessage({ instanceId, executionId, event: outcome }, store.storage);
  const ids = messageIdsTable(store.schema, [{ instanceId, sequenceNumber }]);
  const results = taskResultsTable(tableContext(store), [row]);
  await store.locks.ending(item, async () => {
    try {
      await callRaw(store, store.client, PROCEDURE, [
        { name: "CompletedTasks", type: "table", value: ids },
        { name: "Results", type: "table", value: results },
      ]);
    } catch (error) {
      throw error instanceof SqlError ? meaningOf(error, store.schema) : error;
    }
  });
  announce(store, [row]);
}

function meaningOf(error: SqlError, schema: string): DurableHostError {
  if (error.number !== COMPLETED_BEFORE) return translated(error, PROCEDURE, schema);
  return new DurableHostError("LOCK_LOST", "The activity was completed by somebody else.", { cause: error });
}

import type { ActivityOutcome, ActivityWorkItem } from "@durable-host/engine";
import { messageTable, payloadTable } from "../rows/host-tables";
import { encodeMessage } from "../rows/message-row";
import { NewPayloads } from "../rows/new-payloads";
import { callHost, type Store } from "../store";
import { announce } from "../work/announce";
import { sequenceNumberOf } from "./lock-activities";

/** Ends the task and sends the outcome to its instance, unless the execution that asked is gone. */
export async function commitActivity(store: Store, item: ActivityWorkItem, outcome: ActivityOutcome): Promise<void> {
  const { schema, storage, newGuid } = store;
  const { instanceId, executionId } = item.task;
  const row = encodeMessage({ instanceId, executionId, event: outcome }, storage);
  const payloads = new NewPayloads(newGuid);
  await callHost(store, "CompleteTask", [
    { name: "SequenceNumber", type: "bigint", value: sequenceNumberOf(item) },
    { name: "Token", type: "nvarchar", length: 100, value: item.lock.token },
    { name: "Outcome", type: "table", value: messageTable(schema, [row], payloads) },
    { name: "Payloads", type: "table", value: payloadTable(schema, payloads.rows) },
  ]);
  announce(store, [row]);
}

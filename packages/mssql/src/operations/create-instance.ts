import { seedOf, type ExecutionStarted, type RuntimeStatus } from "@durable-host/engine";
import { messageTable, payloadTable } from "../rows/host-tables";
import { textTable } from "../rows/list-tables";
import { encodeMessage } from "../rows/message-row";
import { NewPayloads } from "../rows/new-payloads";
import { checkTags } from "../rows/tags-column";
import type { Store } from "../store";
import { announce } from "../work/announce";
import { callOnce } from "./call-once";

/** Creates a Pending instance with its start message in one transaction. */
export async function createInstance(
  store: Store,
  start: ExecutionStarted,
  replaceable: ReadonlySet<RuntimeStatus>,
): Promise<void> {
  checkTags(start.tags);
  const { schema, storage, newGuid } = store;
  const row = encodeMessage({ ...start.instance, event: start, seed: seedOf(start) }, storage);
  const payloads = new NewPayloads(newGuid);
  await callOnce(store, "CreateInstance", [
    { name: "InstanceID", type: "nvarchar", length: 100, value: row.instanceId },
    { name: "Replaceable", type: "table", value: textTable(schema, replaceable) },
    { name: "Start", type: "table", value: messageTable(schema, [row], payloads) },
    { name: "Payloads", type: "table", value: payloadTable(schema, payloads.rows) },
  ]);
  announce(store, [row]);
}

import type { OutboundMessage } from "@durable-host/engine";
import { messageTable, payloadTable } from "../rows/host-tables";
import { encodeMessage } from "../rows/message-row";
import { NewPayloads } from "../rows/new-payloads";
import type { Store } from "../store";
import { announce } from "../work/announce";
import { callOnce } from "./call-once";

/** Queues a message; resolves to false when nobody gets it. */
export async function sendMessage(store: Store, message: OutboundMessage): Promise<boolean> {
  const { schema, storage, newGuid } = store;
  const row = encodeMessage(message, storage);
  const payloads = new NewPayloads(newGuid);
  const { returnValue } = await callOnce(store, "SendMessage", [
    { name: "Message", type: "table", value: messageTable(schema, [row], payloads) },
    { name: "Payloads", type: "table", value: payloadTable(schema, payloads.rows) },
  ]);
  if (returnValue === 0) return false;
  announce(store, [row]);
  return true;
}

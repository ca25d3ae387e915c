import { connectionName } from "../../storage-account/binding-connection";
import { encodeMessage } from "../../storage-account/message-encoding";
import { queueName } from "../../storage-account/queue-name";
import { sendToQueue } from "../../storage-account/send-to-queue";
import { evaluateExpressions, resolveSettings } from "../binding-expression";
import type { BindingServices, OutputBinding } from "../binding-type";
import { outputItems } from "../output-items";
import type { BindingInfo } from "../../worker/registered-function";

/** What a queue takes: bytes of a message's text, encoded. */
const LARGEST_BYTES = 64 * 1024;

/** `output.storageQueue`: a message for each element of an array, in their order, else one (contract §5.2). */
export function queueOutput(binding: BindingInfo, { settings, values, storage }: BindingServices): OutputBinding {
  const nameText = resolveSettings(String(binding["queueName"]), settings);
  if (!nameText.includes("{")) queueName(nameText);
  const openService = storage.queueService(connectionName(binding, settings));
  const encoding = values.host("extensions.queues.messageEncoding");
  return async (value, context) => {
    const name = queueName(evaluateExpressions(nameText, context));
    const texts = outputItems(value).map((item) => encodeMessage(item, encoding));
    for (const text of texts) checkSize(name, text);
    const service = await openService();
    await sendToQueue(service.getQueueClient(name), texts, storage.writtenQueues);
  };
}

function checkSize(name: string, text: string): void {
  const size = Buffer.byteLength(text);
  if (size <= LARGEST_BYTES) return;
  throw new Error(
    `A message for the queue '${name}' has ${size} bytes as it is sent; a queue takes ${LARGEST_BYTES}. Keep what is large in a blob, and send its name.`,
  );
}

import type { QueueClient } from "@azure/storage-queue" with { "resolution-mode": "import" };
import { storageErrorCode } from "./storage-errors";
import type { WrittenQueues } from "./written-queues";

/** Puts messages into a queue in their order, and wakes who listens to it in this host. Makes the queue when it is missing. */
export async function sendToQueue(
  queue: QueueClient,
  messageTexts: readonly string[],
  written: WrittenQueues,
): Promise<void> {
  for (const text of messageTexts) await sendOne(queue, text);
  if (messageTexts.length > 0) written.written(queue.url);
}

async function sendOne(queue: QueueClient, text: string): Promise<void> {
  try {
    await queue.sendMessage(text);
  } catch (error) {
    if (storageErrorCode(error) !== "QueueNotFound") throw error;
    await queue.createIfNotExists();
    await queue.sendMessage(text);
  }
}

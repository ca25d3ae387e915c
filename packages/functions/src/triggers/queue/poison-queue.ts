import type { QueueServiceClient } from "@azure/storage-queue" with { "resolution-mode": "import" };
import { sendToQueue } from "../../storage-account/send-to-queue";
import type { WrittenQueues } from "../../storage-account/written-queues";

/** Takes the messages that cannot be processed. */
export interface PoisonQueue {
  readonly name: string;
  /** Adds a message with this text, as it stands in the queue it comes from. Makes the queue when it is missing. */
  add(messageText: string): Promise<void>;
}

export function poisonQueue(service: QueueServiceClient, name: string, written: WrittenQueues): PoisonQueue {
  const client = service.getQueueClient(name);
  return { name, add: (messageText) => sendToQueue(client, [messageText], written) };
}

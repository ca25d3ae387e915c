import { availableParallelism } from "node:os";
import { DurableHostError } from "@durable-host/engine";
import { connectionName } from "../../storage-account/binding-connection";
import { bindingBlobPath } from "../../storage-account/blob-path";
import { encodeMessage } from "../../storage-account/message-encoding";
import { sendToQueue } from "../../storage-account/send-to-queue";
import { isDevelopment } from "../is-development";
import type { TriggerType } from "../trigger-type";
import { BlobListener } from "./blob-listener";
import { blobPattern } from "./blob-pattern";
import { BlobReceipts, RECEIPT_CONTAINER, type BlobVersion } from "./blob-receipts";

const SCAN_PAUSE_MS = 10_000;
const SCAN_PAUSE_IN_DEVELOPMENT_MS = 2000;
const POISON_QUEUE = "webjobs-blobtrigger-poison";

/** `app.storageBlob` (contract §5.3), by looking through the container. */
export const blobTrigger: TriggerType = {
  listen({ fn, settings, values, clock, logger, storage, run }) {
    if (String(fn.trigger["source"] ?? "").toLowerCase() === "eventgrid") {
      throw new DurableHostError(
        "CONFIG_INVALID",
        `this host does not support blob triggers with source: "EventGrid". Leave the source out: the container is then looked through.`,
      );
    }
    const connection = connectionName(fn.trigger, settings);
    const pattern = blobPattern(bindingBlobPath(fn.trigger, settings));
    const openBlobs = storage.blobService(connection);
    const openQueues = storage.queueService(connection);
    const poison = async ({ container, name, etag }: BlobVersion): Promise<void> => {
      const note = { Type: "BlobTrigger", FunctionId: `Host.Functions.${fn.name}`, BlobType: "BlockBlob" };
      const text = JSON.stringify({ ...note, ContainerName: container, BlobName: name, ETag: etag });
      const queue = (await openQueues()).getQueueClient(POISON_QUEUE);
      const encoding = values.host("extensions.queues.messageEncoding");
      await sendToQueue(queue, [encodeMessage(text, encoding)], storage.writtenQueues);
    };
    return new BlobListener({
      pattern,
      functionName: fn.name,
      dataType: fn.trigger["dataType"],
      parallelism: values.host("extensions.blobs.maxDegreeOfParallelism") ?? 8 * availableParallelism(),
      maxAttempts: values.host("extensions.blobs.poisonBlobThreshold"),
      scanPauseMs: isDevelopment(values) ? SCAN_PAUSE_IN_DEVELOPMENT_MS : SCAN_PAUSE_MS,
      clock,
      logger,
      run,
      async open() {
        const service = await openBlobs();
        const receipts = service.getContainerClient(RECEIPT_CONTAINER);
        return {
          container: service.getContainerClient(pattern.container),
          receipts: new BlobReceipts(receipts, storage.hostId(), fn.name, clock),
          poison,
        };
      },
    });
  },
};

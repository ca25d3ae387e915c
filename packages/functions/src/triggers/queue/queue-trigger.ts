import { resolveSettings } from "../../bindings/binding-expression";
import type { SettingValues } from "../../config/setting-values";
import { connectionName } from "../../storage-account/binding-connection";
import { poisonQueueName, queueName } from "../../storage-account/queue-name";
import { isDevelopment } from "../is-development";
import type { TriggerType } from "../trigger-type";
import { IdleDelay } from "./idle-delay";
import { poisonQueue } from "./poison-queue";
import { QueueListener, type QueueListenerSettings } from "./queue-listener";

/** Upstream's longest pauses between looks at an empty queue. A developer at the screen waits less long. */
const LONGEST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_IN_DEVELOPMENT_MS = 2000;

/** `app.storageQueue` (contract §5.2). */
export const queueTrigger: TriggerType = {
  listen({ fn, settings, values, clock, logger, storage, run }) {
    const name = queueName(resolveSettings(String(fn.trigger["queueName"]), settings));
    const poisonName = poisonQueueName(name);
    const openService = storage.queueService(connectionName(fn.trigger, settings));
    const { writtenQueues } = storage;
    return new QueueListener({
      queueName: name,
      functionName: fn.name,
      dataType: fn.trigger["dataType"],
      settings: listenerSettings(values),
      idleDelay: new IdleDelay(longestPause(values), Math.random),
      clock,
      logger,
      run,
      async open() {
        const service = await openService();
        const access = service.getQueueClient(name);
        return {
          access,
          poison: poisonName === undefined ? undefined : poisonQueue(service, poisonName, writtenQueues),
          onWritten: (callback) => writtenQueues.listen(access.url, callback),
        };
      },
    });
  },
};

function listenerSettings(values: SettingValues): QueueListenerSettings {
  const batchSize = values.host("extensions.queues.batchSize");
  return {
    batchSize,
    newBatchThreshold: values.host("extensions.queues.newBatchThreshold") ?? Math.floor(batchSize / 2),
    maxDequeueCount: values.host("extensions.queues.maxDequeueCount"),
    visibilityTimeoutMs: values.host("extensions.queues.visibilityTimeout"),
    lockMs: values.host("extensions.queues.lockTimeout"),
    encoding: values.host("extensions.queues.messageEncoding"),
  };
}

function longestPause(values: SettingValues): number {
  return (
    values.host("extensions.queues.maxPollingInterval") ??
    (isDevelopment(values) ? LONGEST_PAUSE_IN_DEVELOPMENT_MS : LONGEST_PAUSE_MS)
  );
}

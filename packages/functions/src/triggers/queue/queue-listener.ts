import type { Clock, Logger } from "@durable-host/engine";
import type { ReceivedMessageItem } from "@azure/storage-queue" with { "resolution-mode": "import" };
import { decodeMessage, type MessageEncoding } from "../../storage-account/message-encoding";
import { storageErrorCode } from "../../storage-account/storage-errors";
import { openOrReport } from "../open-or-report";
import { firstLine, Outage } from "../outage";
import { Pause } from "../pause";
import type { TriggerContext, TriggerListener } from "../trigger-type";
import { HeldMessage, type QueueAccess } from "./held-message";
import type { IdleDelay } from "./idle-delay";
import type { PoisonQueue } from "./poison-queue";
import { queueInvocation } from "./queue-trigger-data";

/** `extensions.queues` of host.json (contract §5.2). Times in milliseconds. */
export interface QueueListenerSettings {
  readonly batchSize: number;
  readonly newBatchThreshold: number;
  readonly maxDequeueCount: number;
  readonly visibilityTimeoutMs: number;
  readonly lockMs: number;
  readonly encoding: MessageEncoding;
}

/** A queue that has been opened. */
export interface OpenQueue {
  readonly access: QueueAccess;
  /** Undefined: messages that cannot be processed stay where they are. */
  readonly poison: PoisonQueue | undefined;
  /** Calls back when this host has put something into the queue; returns how to end that. */
  onWritten(callback: () => void): () => void;
}

export interface QueueListenerParts {
  readonly queueName: string;
  readonly functionName: string;
  readonly dataType: unknown;
  readonly settings: QueueListenerSettings;
  readonly idleDelay: IdleDelay;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly run: TriggerContext["run"];
  /** Rejects when the connection cannot work. */
  open(): Promise<OpenQueue>;
}

/**
 * Takes messages in batches and runs the function for each: the next batch is fetched when few enough runs are left. An empty
 * queue is looked at less and less often, and at once when this host itself puts something into it.
 */
export class QueueListener implements TriggerListener {
  readonly #parts: QueueListenerParts;
  readonly #runs = new Set<Promise<void>>();
  readonly #pause: Pause;
  readonly #outage: Outage;
  #isOpen = false;
  #isStopping = false;
  #listening: Promise<void> | undefined;

  constructor(parts: QueueListenerParts) {
    this.#parts = parts;
    this.#pause = new Pause(parts.clock);
    this.#outage = new Outage(`The queue '${parts.queueName}' of function "${parts.functionName}"`, parts.logger);
  }

  /** Does not wait until the queue is open: that may take its time. */
  async start(): Promise<void> {
    this.#listening = this.#begun();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#pause.wake();
    if (this.#isOpen) await this.#listening;
    await Promise.all(this.#runs);
  }

  async #begun(): Promise<void> {
    const { open, functionName, logger } = this.#parts;
    const queue = await openOrReport(open, functionName, logger);
    if (queue === undefined || this.#isStopping) return;
    this.#isOpen = true;
    const endWakeUps = queue.onWritten(() => this.#pause.wake());
    await this.#listen(queue).finally(endWakeUps);
  }

  async #listen(queue: OpenQueue): Promise<void> {
    const { idleDelay, settings } = this.#parts;
    while (!this.#isStopping) {
      const messages = await this.#receive(queue);
      for (const message of messages) this.#begin(queue, message);
      if (messages.length === 0) {
        if (await this.#pause.wait(idleDelay.next())) idleDelay.reset();
      } else {
        idleDelay.reset();
        while (this.#runs.size > settings.newBatchThreshold && !this.#isStopping) await Promise.race(this.#runs);
      }
    }
  }

  /** Nothing, too, when the queue does not exist or cannot be reached: that may change. */
  async #receive({ access }: OpenQueue): Promise<readonly ReceivedMessageItem[]> {
    const { batchSize, lockMs } = this.#parts.settings;
    this.#pause.forget();
    try {
      const { receivedMessageItems } = await access.receiveMessages({
        numberOfMessages: batchSize,
        visibilityTimeout: Math.ceil(lockMs / 1000),
      });
      this.#outage.over();
      return receivedMessageItems;
    } catch (error) {
      if (storageErrorCode(error) === "QueueNotFound") this.#outage.over();
      else this.#outage.failed(error);
      return [];
    }
  }

  /** What arrives while the host stops is given back at once. */
  #begin(queue: OpenQueue, message: ReceivedMessageItem): void {
    const { clock, logger, settings, queueName } = this.#parts;
    const held = new HeldMessage({ queue: queue.access, clock, logger, lockMs: settings.lockMs }, message);
    const run = (this.#isStopping ? held.release(0) : this.#process(queue, message, held))
      .catch((error: unknown) =>
        logger.warn(
          `The message ${message.messageId} of queue '${queueName}' comes again, as its end could not be noted: ${firstLine(error)}`,
        ),
      )
      .finally(() => this.#runs.delete(run));
    this.#runs.add(run);
  }

  async #process({ poison }: OpenQueue, message: ReceivedMessageItem, held: HeldMessage): Promise<void> {
    const { settings, queueName, dataType, run, logger } = this.#parts;
    const { messageId, messageText, dequeueCount } = message;
    const content = decodeMessage(messageText, settings.encoding);
    if (content === undefined) {
      logger.warn(`The message ${messageId} of queue '${queueName}' is not encoded in base64 (messageEncoding).`);
      return poison ? moveTo(poison, messageText, held) : held.leave();
    }
    if (poison && dequeueCount > settings.maxDequeueCount) return this.#moveWorn(poison, messageText, held);
    try {
      await run(queueInvocation(queueName, message, content, dataType));
    } catch {
      // Told by the invocation's own log entry.
      if (!poison) return held.leave();
      const isWorn = dequeueCount >= settings.maxDequeueCount && !this.#isStopping;
      return isWorn ? this.#moveWorn(poison, messageText, held) : held.release(settings.visibilityTimeoutMs);
    }
    await held.delete();
  }

  async #moveWorn(poison: PoisonQueue, messageText: string, held: HeldMessage): Promise<void> {
    const { logger, settings } = this.#parts;
    logger.warn(
      `Message has reached MaxDequeueCount of ${settings.maxDequeueCount}. Moving message to queue '${poison.name}'.`,
    );
    await moveTo(poison, messageText, held);
  }
}

async function moveTo(poison: PoisonQueue, messageText: string, held: HeldMessage): Promise<void> {
  await poison.add(messageText);
  await held.delete();
}

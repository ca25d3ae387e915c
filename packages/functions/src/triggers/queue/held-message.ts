import { errorText, type Clock, type Logger } from "@durable-host/engine";
import type { QueueClient } from "@azure/storage-queue" with { "resolution-mode": "import" };
import { storageErrorStatus } from "../../storage-account/storage-errors";

/** What of a queue's client a listener uses. */
export type QueueAccess = Pick<QueueClient, "receiveMessages" | "updateMessage" | "deleteMessage">;

export interface HeldMessageParts {
  readonly queue: QueueAccess;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a message stays hidden from the other hosts without being held again, in milliseconds. */
  readonly lockMs: number;
}

/** A message is no longer ours: its time ran out, and somebody else took it or deleted it. */
const TAKEN = new Set([400, 404]);

/**
 * A message that has been received: it is kept hidden from other hosts until it is deleted or given back. Each time it is hidden
 * anew it gets another receipt, and only the latest one counts.
 */
export class HeldMessage {
  readonly #parts: HeldMessageParts;
  readonly #messageId: string;
  #receipt: string;
  #cancelTimer: (() => void) | undefined;
  #renewal: Promise<void> | undefined;
  #isTaken = false;

  constructor(parts: HeldMessageParts, message: { readonly messageId: string; readonly popReceipt: string }) {
    this.#parts = parts;
    this.#messageId = message.messageId;
    this.#receipt = message.popReceipt;
    this.#renewLater();
  }

  /** Rejects when it could not be deleted; it then comes again. */
  async delete(): Promise<void> {
    await this.#settle((receipt) => this.#parts.queue.deleteMessage(this.#messageId, receipt));
  }

  /** Shows it to all hosts again after a delay. */
  async release(delayMs: number): Promise<void> {
    await this.#settle((receipt) => this.#hide(receipt, delayMs));
  }

  /** Leaves it hidden for the rest of its time. */
  async leave(): Promise<void> {
    await this.#settle(() => Promise.resolve());
  }

  async #settle(act: (receipt: string) => Promise<unknown>): Promise<void> {
    this.#cancelTimer?.();
    await this.#renewal;
    this.#cancelTimer?.();
    if (this.#isTaken) return;
    try {
      await act(this.#receipt);
    } catch (error) {
      if (!TAKEN.has(storageErrorStatus(error) ?? 0)) throw error;
      this.#taken();
    }
  }

  #renewLater(): void {
    const { clock, lockMs } = this.#parts;
    this.#cancelTimer = clock.schedule(lockMs / 2, () => {
      this.#renewal = this.#renew();
    });
  }

  async #renew(): Promise<void> {
    const { lockMs, logger } = this.#parts;
    try {
      const { popReceipt } = await this.#hide(this.#receipt, lockMs);
      if (popReceipt !== undefined) this.#receipt = popReceipt;
    } catch (error) {
      if (TAKEN.has(storageErrorStatus(error) ?? 0)) return this.#taken();
      logger.warn(
        `The queue message ${this.#messageId} could not be kept hidden from other hosts: ${errorText(error)}`,
      );
    }
    this.#renewLater();
  }

  /** Its text stays. */
  #hide(receipt: string, delayMs: number): ReturnType<QueueAccess["updateMessage"]> {
    return this.#parts.queue.updateMessage(this.#messageId, receipt, undefined, Math.ceil(delayMs / 1000));
  }

  #taken(): void {
    this.#isTaken = true;
    this.#parts.logger.warn(
      `The queue message ${this.#messageId} was shown again before its run had ended: another host may run it, too.`,
    );
  }
}

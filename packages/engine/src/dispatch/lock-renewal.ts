import { errorText, hasCode } from "../errors";
import type { Clock } from "../ports/clock";
import type { Logger } from "../ports/logger";
import type { StorageProvider } from "../ports/storage-provider";
import type { WorkItem, WorkProcessor } from "./work-processor";

/**
 * How often locks are looked over; how long before they expire, and after what time at the latest, they are renewed. A store
 * that is away for a while should find most of a long lock left.
 */
const RENEWAL_CHECK_MS = 5_000;
const RENEW_BEFORE_MS = 20_000;
const RENEW_AFTER_MS = 25_000;

export interface LockRenewalOptions {
  readonly provider: Pick<StorageProvider, "renewLock">;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Held<Item> {
  readonly item: Item;
  /** Its lock is being renewed, or is lost for good: there is nothing to renew. */
  renewing: boolean;
  /** When its lock was taken or last renewed. */
  lockedAt: number;
}

/** The work items in hand, whose locks are renewed as long as they are. */
export class LockRenewal<Item extends WorkItem> {
  readonly #processor: Pick<WorkProcessor<Item>, "onLockLost" | "describe">;
  readonly #options: LockRenewalOptions;
  readonly #held = new Set<Held<Item>>();
  #cancel: (() => void) | undefined;

  constructor(processor: Pick<WorkProcessor<Item>, "onLockLost" | "describe">, options: LockRenewalOptions) {
    this.#processor = processor;
    this.#options = options;
  }

  /** Number of work items in hand. */
  get size(): number {
    return this.#held.size;
  }

  start(): void {
    this.#cancel = this.#options.clock.schedule(RENEWAL_CHECK_MS, () => {
      const now = this.#options.clock.now();
      for (const held of this.#held) {
        const isDue = held.item.lock.expiresAt - now < RENEW_BEFORE_MS || now - held.lockedAt >= RENEW_AFTER_MS;
        if (isDue) void this.#renew(held);
      }
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
  }

  /** Takes a work item in hand that has just been locked; the function returned lets go of it. */
  hold(item: Item): () => void {
    const held: Held<Item> = { item, renewing: false, lockedAt: this.#options.clock.now() };
    this.#held.add(held);
    return () => this.#held.delete(held);
  }

  async #renew(held: Held<Item>): Promise<void> {
    if (held.renewing) return;
    held.renewing = true;
    try {
      const lock = await this.#options.provider.renewLock(held.item);
      Object.assign(held.item, { lock });
      held.lockedAt = this.#options.clock.now();
      held.renewing = false;
    } catch (error) {
      const what = this.#processor.describe(held.item);
      this.#options.logger.warn(`The lock on ${what} was not renewed: ${errorText(error)}`);
      if (hasCode(error, "LOCK_LOST")) this.#processor.onLockLost?.(held.item);
      else held.renewing = false;
    }
  }
}

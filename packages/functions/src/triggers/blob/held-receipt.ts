import type { Clock } from "@durable-host/engine";
import type { BlobLeaseClient, BlockBlobClient } from "@azure/storage-blob" with { "resolution-mode": "import" };
import { storageErrorStatus } from "../../storage-account/storage-errors";

/** How long a blob stays with a host that died; the longest a lease can have. */
export const LEASE_SECONDS = 60;
/** Metadata of a receipt: runs that have begun. */
export const ATTEMPTS = "attempts";

export interface HeldReceiptParts {
  readonly blob: Pick<BlockBlobClient, "setMetadata">;
  readonly lease: Pick<BlobLeaseClient, "leaseId" | "renewLease" | "releaseLease">;
  /** Runs that have begun for this version, this one included. */
  readonly attempt: number;
  readonly clock: Clock;
  /** Told, once, that the blob is no longer held though nobody has let go of it. */
  onLost(): void;
}

/** The lease is no longer ours: it ran out and another host took it, somebody broke it, or the receipt is gone. */
const LOST = new Set([404, 409, 412]);

/**
 * A blob that this host, and no other, is processing: the lease on its receipt is renewed until the receipt is completed or
 * released. Once the lease is lost, whatever is written belongs to the host that has it, and nothing is written any more.
 */
export class HeldReceipt {
  readonly attempt: number;
  readonly #parts: HeldReceiptParts;
  #cancelTimer: (() => void) | undefined;
  #renewal: Promise<unknown> | undefined;
  #isLost = false;

  constructor(parts: HeldReceiptParts) {
    this.attempt = parts.attempt;
    this.#parts = parts;
    this.#renewLater();
  }

  /** Makes sure of it once more, for what must not be done by two. False: it was lost. */
  async keep(): Promise<boolean> {
    await this.#renewal;
    return !this.#isLost && this.#renew();
  }

  /** The blob is never processed again. False: it was lost, and what another host makes of the blob counts. */
  async complete(): Promise<boolean> {
    await this.#stopRenewing();
    if (this.#isLost) return false;
    const { blob, lease } = this.#parts;
    const write = () =>
      blob.setMetadata({ [ATTEMPTS]: String(this.attempt) }, { conditions: { leaseId: lease.leaseId } });
    try {
      await write();
    } catch (error) {
      if (!isLoss(error)) throw error;
      // A lease that has run out can be renewed as long as nobody else has taken it.
      if (!(await this.#renew())) return false;
      await write();
    }
    await lease.releaseLease();
    return true;
  }

  /** The blob may be processed again. */
  async release(): Promise<void> {
    await this.#stopRenewing();
    if (this.#isLost) return;
    try {
      await this.#parts.lease.releaseLease();
    } catch (error) {
      if (!isLoss(error)) throw error;
      this.#lost();
    }
  }

  async #stopRenewing(): Promise<void> {
    this.#cancelTimer?.();
    await this.#renewal;
    this.#cancelTimer?.();
  }

  #renewLater(): void {
    this.#cancelTimer = this.#parts.clock.schedule(LEASE_SECONDS * 500, () => {
      // A service that does not answer is asked again: the lease may outlast that, and if not, another host takes the blob.
      this.#renewal = this.#renew()
        .catch(() => true)
        .then((isHeld) => isHeld && this.#renewLater());
    });
  }

  /** False: the lease is lost. */
  async #renew(): Promise<boolean> {
    try {
      await this.#parts.lease.renewLease();
      return true;
    } catch (error) {
      if (!isLoss(error)) throw error;
      this.#lost();
      return false;
    }
  }

  #lost(): void {
    this.#cancelTimer?.();
    if (this.#isLost) return;
    this.#isLost = true;
    this.#parts.onLost();
  }
}

function isLoss(error: unknown): boolean {
  return LOST.has(storageErrorStatus(error) ?? 0);
}

import type { Clock } from "@durable-host/engine";
import type { BlockBlobClient, ContainerClient } from "@azure/storage-blob" with { "resolution-mode": "import" };
import { storageErrorCode, storageErrorStatus } from "../../storage-account/storage-errors";
import { ATTEMPTS, HeldReceipt, LEASE_SECONDS } from "./held-receipt";

/** The container in which hosts keep what they have to remember, as upstream. */
export const RECEIPT_CONTAINER = "azure-webjobs-hosts";
/** Metadata of a receipt: it is there until the blob has been processed. */
const OPEN = "incomplete";

/** A version of a blob. */
export interface BlobVersion {
  readonly container: string;
  readonly name: string;
  readonly etag: string;
}

/**
 * One small blob for each version of a blob that was seen, in the same account: it tells all hosts, whatever stores they have, what
 * has been processed, and its lease who is processing it.
 */
export class BlobReceipts {
  readonly #container: ContainerClient;
  readonly #prefix: string;
  readonly #clock: Clock;

  constructor(container: ContainerClient, hostId: string, functionName: string, clock: Clock) {
    this.#container = container;
    this.#prefix = `blobreceipts/${hostId}/Host.Functions.${functionName}/`;
    this.#clock = clock;
  }

  /** What a version is known by. */
  keyOf({ container, name, etag }: BlobVersion): string {
    return `${this.#prefix}${etag.replaceAll('"', "")}/${container}/${name}`;
  }

  /** Keys of the versions that have been processed. */
  async completed(): Promise<Set<string>> {
    const keys = new Set<string>();
    try {
      for await (const { name, metadata } of this.#container.listBlobsFlat({
        prefix: this.#prefix,
        includeMetadata: true,
      })) {
        if (!isOpen(metadata)) keys.add(name);
      }
    } catch (error) {
      if (storageErrorStatus(error) !== 404) throw error;
    }
    return keys;
  }

  /**
   * Takes a version for this host; "completed" or "taken" when there is nothing to do, or another host does it. `onLost` is told
   * when it is taken away again.
   */
  async take(key: string, onLost: () => void): Promise<HeldReceipt | "completed" | "taken"> {
    const blob = this.#container.getBlockBlobClient(key);
    await this.#ensure(blob);
    const lease = blob.getBlobLeaseClient();
    try {
      await lease.acquireLease(LEASE_SECONDS);
    } catch (error) {
      if (storageErrorStatus(error) === 409) return "taken";
      throw error;
    }
    const { metadata } = await blob.getProperties();
    if (!isOpen(metadata)) {
      await lease.releaseLease();
      return "completed";
    }
    const attempt = Number(metadata?.[ATTEMPTS] ?? 0) + 1;
    await blob.setMetadata({ [OPEN]: "true", [ATTEMPTS]: String(attempt) }, { conditions: { leaseId: lease.leaseId } });
    return new HeldReceipt({ blob, lease, attempt, clock: this.#clock, onLost });
  }

  async #ensure(blob: BlockBlobClient): Promise<void> {
    const create = () =>
      blob.upload("", 0, { metadata: { [OPEN]: "true" }, conditions: { ifNoneMatch: "*" } }).catch((error: unknown) => {
        // It is there already, perhaps with a lease on it.
        if (![409, 412].includes(storageErrorStatus(error) ?? 0)) throw error;
      });
    try {
      await create();
    } catch (error) {
      if (storageErrorCode(error) !== "ContainerNotFound") throw error;
      await this.#container.createIfNotExists();
      await create();
    }
  }
}

/** Names of metadata come in any case. */
function isOpen(metadata: Readonly<Record<string, string>> | undefined): boolean {
  return Object.keys(metadata ?? {}).some((name) => name.toLowerCase() === OPEN);
}

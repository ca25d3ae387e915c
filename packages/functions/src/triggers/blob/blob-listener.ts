import type { Clock, Logger } from "@durable-host/engine";
import type { BlobItem, ContainerClient } from "@azure/storage-blob" with { "resolution-mode": "import" };
import { storageErrorStatus } from "../../storage-account/storage-errors";
import { openOrReport } from "../open-or-report";
import { firstLine, Outage } from "../outage";
import { Pause } from "../pause";
import type { TriggerContext, TriggerListener } from "../trigger-type";
import type { BlobPattern } from "./blob-pattern";
import type { BlobReceipts, BlobVersion } from "./blob-receipts";
import { blobInvocation } from "./blob-trigger-data";
import type { HeldReceipt } from "./held-receipt";

/** A container that has been opened. */
export interface OpenContainer {
  readonly container: ContainerClient;
  readonly receipts: BlobReceipts;
  /** Notes a blob that cannot be processed in the queue for such. */
  poison(version: BlobVersion): Promise<void>;
}

export interface BlobListenerParts {
  readonly pattern: BlobPattern;
  readonly functionName: string;
  readonly dataType: unknown;
  readonly parallelism: number;
  /** Runs of a blob before it is given up. */
  readonly maxAttempts: number;
  /** Between two looks at the container, in milliseconds. */
  readonly scanPauseMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly run: TriggerContext["run"];
  /** Rejects when the connection cannot work. */
  open(): Promise<OpenContainer>;
}

/**
 * Looks through a container again and again, and runs the function once for each version of a blob that fits the path. Receipts
 * in the account itself make that hold across restarts and hosts; what fails is tried again with the next look.
 */
export class BlobListener implements TriggerListener {
  readonly #parts: BlobListenerParts;
  readonly #pause: Pause;
  readonly #outage: Outage;
  readonly #runs = new Map<string, Promise<void>>();
  /** Keys of what needs no look at its receipt. */
  #completed: Set<string> | undefined;
  #isOpen = false;
  #isStopping = false;
  #listening: Promise<void> | undefined;

  constructor(parts: BlobListenerParts) {
    this.#parts = parts;
    this.#pause = new Pause(parts.clock);
    this.#outage = new Outage(
      `The container '${parts.pattern.container}' of function "${parts.functionName}"`,
      parts.logger,
    );
  }

  /** Does not wait until the container is open: that may take its time. */
  async start(): Promise<void> {
    this.#listening = this.#begun();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#pause.wake();
    if (this.#isOpen) await this.#listening;
    await Promise.all(this.#runs.values());
  }

  async #begun(): Promise<void> {
    const { open, functionName, logger } = this.#parts;
    const opened = await openOrReport(open, functionName, logger);
    if (opened === undefined || this.#isStopping) return;
    this.#isOpen = true;
    await this.#listen(opened);
  }

  async #listen(opened: OpenContainer): Promise<void> {
    while (!this.#isStopping) {
      try {
        await this.#scan(opened);
        this.#outage.over();
      } catch (error) {
        // A container that does not exist yet has no blobs.
        if (storageErrorStatus(error) === 404) this.#outage.over();
        else this.#outage.failed(error);
      }
      await this.#pause.wait(this.#parts.scanPauseMs);
    }
  }

  async #scan(opened: OpenContainer): Promise<void> {
    const { pattern, parallelism } = this.#parts;
    const completed = (this.#completed ??= await opened.receipts.completed());
    const seen = new Set<string>();
    for await (const item of opened.container.listBlobsFlat({ prefix: pattern.prefix })) {
      const placeholders = pattern.match(item.name);
      if (placeholders === undefined) continue;
      const key = opened.receipts.keyOf(versionOf(pattern, item));
      seen.add(key);
      if (completed.has(key) || this.#runs.has(key)) continue;
      while (this.#runs.size >= parallelism && !this.#isStopping) await Promise.race(this.#runs.values());
      if (this.#isStopping) return;
      this.#begin(opened, item, key, placeholders);
    }
    // What is no longer there need not be remembered.
    for (const key of completed) if (!seen.has(key)) completed.delete(key);
  }

  #begin(opened: OpenContainer, item: BlobItem, key: string, placeholders: Readonly<Record<string, string>>): void {
    const run = this.#process(opened, item, key, placeholders)
      .catch((error: unknown) =>
        this.#parts.logger.warn(
          `The blob '${item.name}' is looked at again, as what is known about it could not be read or written: ${firstLine(error)}`,
        ),
      )
      .finally(() => this.#runs.delete(key));
    this.#runs.set(key, run);
  }

  async #process(
    opened: OpenContainer,
    item: BlobItem,
    key: string,
    placeholders: Readonly<Record<string, string>>,
  ): Promise<void> {
    const held = await opened.receipts.take(key, () => this.#warnOfLoss(item));
    if (held === "taken") return;
    if (held === "completed" || (await this.#runHeld(opened, item, held, placeholders))) this.#completed?.add(key);
  }

  #warnOfLoss({ name }: BlobItem): void {
    const { pattern, functionName, logger } = this.#parts;
    logger.warn(
      `The lease for the blob '${pattern.container}/${name}' was lost before its run in function "${functionName}" had ended: another host may run it, too, and what that comes to counts.`,
    );
  }

  /** True when there is nothing more to do for this version. */
  async #runHeld(
    opened: OpenContainer,
    item: BlobItem,
    held: HeldReceipt,
    placeholders: Readonly<Record<string, string>>,
  ): Promise<boolean> {
    const { pattern, dataType, run, maxAttempts } = this.#parts;
    const path = `${pattern.container}/${item.name}`;
    try {
      const blob = await this.#read(opened.container, item);
      if (blob !== undefined) await run(blobInvocation({ ...blob, path, placeholders }, dataType));
    } catch {
      // Told by the invocation's own log entry.
      if (held.attempt < maxAttempts || this.#isStopping) {
        await held.release();
        return false;
      }
      if (!(await this.#giveUp(opened, item, held))) return false;
    }
    return held.complete();
  }

  /** False: it was lost, and giving it up is not ours. */
  async #giveUp(opened: OpenContainer, item: BlobItem, held: HeldReceipt): Promise<boolean> {
    const { pattern, functionName, logger } = this.#parts;
    const path = `${pattern.container}/${item.name}`;
    try {
      if (!(await held.keep())) return false;
      logger.warn(`The blob '${path}' has failed ${held.attempt} times in function "${functionName}" and is given up.`);
      await opened.poison(versionOf(pattern, item));
      return true;
    } catch (error) {
      // Its lease would be renewed as long as this host lives.
      await held.release();
      throw error;
    }
  }

  /** No invocation tells of a blob that could not be read. */
  async #read(container: ContainerClient, item: BlobItem): ReturnType<typeof readVersion> {
    try {
      return await readVersion(container, item);
    } catch (error) {
      const { logger, functionName } = this.#parts;
      logger.error(`The blob '${item.name}' could not be read for function "${functionName}": ${firstLine(error)}`);
      throw error;
    }
  }
}

function versionOf({ container }: BlobPattern, { name, properties }: BlobItem): BlobVersion {
  return { container, name, etag: properties.etag };
}

/** Undefined when the blob has been deleted or written anew: that version, if there is one, has a receipt of its own. */
async function readVersion(container: ContainerClient, { name, properties: { etag } }: BlobItem) {
  const client = container.getBlobClient(name);
  const conditions = { ifMatch: etag.startsWith('"') ? etag : `"${etag}"` };
  try {
    const properties = await client.getProperties({ conditions });
    return { url: client.url, properties, content: await client.downloadToBuffer(0, undefined, { conditions }) };
  } catch (error) {
    if ([404, 412].includes(storageErrorStatus(error) ?? 0)) return undefined;
    throw error;
  }
}

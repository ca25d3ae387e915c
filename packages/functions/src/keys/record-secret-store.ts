import { DurableHostError, type RecordStore } from "@durable-host/engine";
import type { SecretStore, StoredSecrets } from "./secret-store";

const PREFIX = "keys/";

/** Keys in the store of the task hub, where all its hosts find them. */
export class RecordSecretStore implements SecretStore {
  readonly place = "the store of the task hub";
  readonly #open: () => RecordStore | undefined;

  /** @param records asked when the store is open */
  constructor(records: () => RecordStore | undefined) {
    this.#open = records;
  }

  async readAll(): Promise<ReadonlyMap<string, StoredSecrets>> {
    const records = await this.#records.list(PREFIX);
    return new Map(
      records.map(({ key, value, version }) => [key.slice(PREFIX.length), { text: value, revision: String(version) }]),
    );
  }

  write(name: string, text: string, revision: string | undefined): Promise<boolean> {
    return this.#records.put(PREFIX + name, text, revision === undefined ? undefined : Number(revision));
  }

  get #records(): RecordStore {
    const records = this.#open();
    if (records !== undefined) return records;
    throw new DurableHostError(
      "CONFIG_INVALID",
      'The store of the task hub keeps no keys. Set AzureWebJobsSecretStorageType to "files".',
    );
  }
}

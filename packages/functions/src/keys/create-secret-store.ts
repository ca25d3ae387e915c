import { DurableHostError, type RecordStore } from "@durable-host/engine";
import type { AppSettings } from "../config/app-settings";
import { StorageAccounts } from "../storage-account/storage-accounts";
import { DEFAULT_CONNECTION } from "../storage-account/storage-connection";
import { BlobSecretStore } from "./blob-secret-store";
import { FileSecretStore } from "./file-secret-store";
import { RecordSecretStore } from "./record-secret-store";
import type { SecretStore } from "./secret-store";

export interface SecretStoreOptions {
  /** `AzureWebJobsSecretStorageType`; absent or blank: the store of the task hub if hosts share it, else files. */
  readonly type?: string | undefined;
  /** `FUNCTIONS_SECRETS_PATH`; given, keys are files unless `type` says otherwise. */
  readonly folder?: string | undefined;
  /** Folder of the keys where none is given. */
  readonly defaultFolder: string;
  /** What the store of the task hub keeps for its hosts; asked when that is open. */
  readonly records: () => RecordStore | undefined;
  /** Other hosts work on the same store. */
  readonly isShared: boolean;
  /** App settings: a container of keys is in the account of `AzureWebJobsStorage`. */
  readonly settings: AppSettings;
}

/** The place of the keys (functions-host contract §3.3). Throws CONFIG_INVALID for one that this host does not know. */
export function createSecretStore(options: SecretStoreOptions): SecretStore {
  const folder = options.folder || undefined;
  const isShared = options.isShared && folder === undefined;
  const type = (options.type?.trim() || (isShared ? "store" : "files")).toLowerCase();
  if (type === "files") return new FileSecretStore(folder ?? options.defaultFolder);
  if (type === "blob") {
    const accounts = new StorageAccounts(options.settings);
    return new BlobSecretStore(accounts.blobService(DEFAULT_CONNECTION), accounts.hostId());
  }
  if (type === "store") return new RecordSecretStore(options.records);
  throw new DurableHostError(
    "CONFIG_INVALID",
    `AzureWebJobsSecretStorageType is "${options.type}", which this host cannot keep keys in. Set it to "files" (a folder, FUNCTIONS_SECRETS_PATH), to "store" (the store of the task hub, which its hosts share) or to "blob" (a container in AzureWebJobsStorage), or leave it out.`,
  );
}

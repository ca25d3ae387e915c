import { join } from "node:path";
import { systemClock, type StorageProvider } from "@durable-host/engine";
import { createSecretStore, KeyRing, type HostConfiguration } from "@durable-host/functions";

/** The keys of the host, from where the settings say; nothing is read yet. Throws CONFIG_INVALID. */
export function createKeyRing(
  { dataDir }: { readonly dataDir: string },
  { values, storage, settings }: Pick<HostConfiguration, "values" | "storage" | "settings">,
  provider: Pick<StorageProvider, "records">,
): KeyRing {
  const store = createSecretStore({
    type: values.app("AzureWebJobsSecretStorageType"),
    folder: values.app("FUNCTIONS_SECRETS_PATH"),
    defaultFolder: join(dataDir, "secrets"),
    records: () => provider.records,
    isShared: storage.type === "mssql",
    settings,
  });
  return new KeyRing({ store, clock: systemClock });
}

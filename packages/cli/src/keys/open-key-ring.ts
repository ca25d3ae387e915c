import type { StorageProvider } from "@durable-host/engine";
import { loadConfiguration, type HostConfiguration, type KeyRing } from "@durable-host/functions";
import { LevelFilter } from "../console/level-filter";
import { openLogger } from "../console/open-logger";
import { LineWriter } from "../console/line-writer";
import type { LocalSurroundings } from "../local/local-command";
import { createKeyRing } from "../start/create-key-ring";
import { createStorageProvider } from "../start/create-storage-provider";

/** Which app's keys. Both absolute. */
export interface KeysTarget {
  readonly appRoot: string;
  readonly dataDir: string;
}

/**
 * Uses the keys of an app where its host keeps them: files, beside which a host may run, or the store that hosts share.
 * Rejects with CONFIG_INVALID, or what the store rejects with.
 */
export async function withKeyRing<T>(
  { appRoot, dataDir }: KeysTarget,
  { environment, note }: LocalSurroundings,
  use: (keys: KeyRing) => Promise<T>,
): Promise<T> {
  const configuration = loadConfiguration({ appRoot, environment });
  if (!isInStore(configuration)) return use(createKeyRing({ dataDir }, configuration, {}));
  const writer = new LineWriter((text) => note(text.trimEnd()));
  const logger = openLogger({ output: writer, color: false }, new LevelFilter({}, false));
  const provider: StorageProvider = await createStorageProvider(configuration, { dataDir }, logger);
  try {
    await provider.start();
    return await use(createKeyRing({ dataDir }, configuration, provider));
  } finally {
    await provider.stop();
  }
}

function isInStore({ values, storage }: HostConfiguration): boolean {
  const type = values.app("AzureWebJobsSecretStorageType")?.trim().toLowerCase();
  if (type) return type === "store";
  return storage.type === "mssql" && !values.app("FUNCTIONS_SECRETS_PATH");
}

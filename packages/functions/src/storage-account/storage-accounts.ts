import type { TableClient } from "@azure/data-tables" with { "resolution-mode": "import" };
import type { BlobServiceClient } from "@azure/storage-blob" with { "resolution-mode": "import" };
import type { QueueServiceClient } from "@azure/storage-queue" with { "resolution-mode": "import" };
import { setting, type AppSettings } from "../config/app-settings";
import { isStorageEmulator, storageConnection, type StorageService } from "./storage-connection";
import { storageCredential } from "./storage-credential";
import { WrittenQueues } from "./written-queues";

/** Short enough that a run does not wait long for a store that is not there; whoever polls tries again anyway. */
const RETRIES = { maxTries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 4000 };
const HTTP_ENDPOINT =
  /UseDevelopmentStorage\s*=\s*true|(?:DefaultEndpointsProtocol\s*=\s*http|Endpoint\s*=\s*http:)(?![s])/i;

/** Opens one service of an account; the library is loaded, and the client made, with the first call. */
type Opener<Client> = () => Promise<Client>;

/** The storage accounts of an app's bindings, by the names of their connections. */
export class StorageAccounts {
  readonly writtenQueues = new WrittenQueues();
  readonly #settings: AppSettings;
  readonly #emulatorReady: () => Promise<void>;
  readonly #clients = new Map<string, Promise<unknown>>();

  /** `emulatorReady` is asked before the storage emulator of this machine is called for the first time; it never rejects. */
  constructor(settings: AppSettings, emulatorReady: () => Promise<void> = () => Promise.resolve()) {
    this.#settings = settings;
    this.#emulatorReady = emulatorReady;
  }

  /** Throws CONFIG_INVALID at once when the connection is not set; the same for the other services. */
  queueService(connection: string): Opener<QueueServiceClient> {
    return this.#opener("queue", connection, async (target) => {
      const { QueueServiceClient: Client } = await import("@azure/storage-queue");
      const options = { retryOptions: RETRIES };
      if (target.type === "connectionString") return Client.fromConnectionString(target.value, options);
      return new Client(target.uri, await storageCredential(target.identity), options);
    });
  }

  blobService(connection: string): Opener<BlobServiceClient> {
    return this.#opener("blob", connection, async (target) => {
      const { BlobServiceClient: Client } = await import("@azure/storage-blob");
      const options = { retryOptions: RETRIES };
      if (target.type === "connectionString") return Client.fromConnectionString(target.value, options);
      return new Client(target.uri, await storageCredential(target.identity), options);
    });
  }

  table(connection: string, tableName: string): Opener<TableClient> {
    return this.#opener(
      "table",
      connection,
      async (target) => {
        const { TableClient: Client } = await import("@azure/data-tables");
        if (target.type === "connectionString") {
          const allowInsecureConnection = HTTP_ENDPOINT.test(target.value);
          return Client.fromConnectionString(target.value, tableName, { allowInsecureConnection });
        }
        return new Client(target.uri, tableName, await storageCredential(target.identity));
      },
      tableName,
    );
  }

  /** What apps on one account are told apart by: upstream's name for it, else the app's name in Azure. */
  hostId(): string {
    const named =
      setting(this.#settings, "AzureFunctionsWebHost__hostid") ?? setting(this.#settings, "WEBSITE_SITE_NAME");
    return (named ?? "durable-host").toLowerCase().slice(0, 32);
  }

  #opener<Client>(
    service: StorageService,
    connection: string,
    open: (target: ReturnType<typeof storageConnection>) => Promise<Client>,
    part = "",
  ): Opener<Client> {
    const target = storageConnection(this.#settings, connection, service);
    const key = `${service}/${connection}/${part}`;
    const openReady = async (): Promise<Client> => {
      if (isStorageEmulator(target)) await this.#emulatorReady();
      return open(target);
    };
    return () => {
      const opened = (this.#clients.get(key) as Promise<Client> | undefined) ?? openReady();
      this.#clients.set(key, opened);
      return opened;
    };
  }
}

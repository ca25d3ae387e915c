import { TableServiceClient } from "@azure/data-tables";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";
import { Azurite } from "@durable-host/testkit";

/** A storage account for the tests of a file, and the services' own clients to look into it. Emptied after each test. */
export interface TestAccount {
  readonly connectionString: string;
  readonly blobs: BlobServiceClient;
  readonly queues: QueueServiceClient;
  readonly tables: TableServiceClient;
  /** The text of a blob; undefined when there is none. */
  blob(container: string, name: string): Promise<string | undefined>;
  putBlob(container: string, name: string, content: string | Buffer): Promise<void>;
  /** The texts of the messages in a queue, in their order; none when there is no such queue. */
  messages(queue: string): Promise<readonly string[]>;
}

export function useStorageAccount(): TestAccount {
  let azurite: Azurite | undefined;
  const connectionString = (): string => azurite?.connectionString ?? "";
  const account: TestAccount = {
    get connectionString() {
      return connectionString();
    },
    get blobs() {
      return BlobServiceClient.fromConnectionString(connectionString());
    },
    get queues() {
      return QueueServiceClient.fromConnectionString(connectionString());
    },
    get tables() {
      return TableServiceClient.fromConnectionString(connectionString(), { allowInsecureConnection: true });
    },
    async blob(container, name) {
      const client = account.blobs.getContainerClient(container).getBlobClient(name);
      return (await client.exists()) ? (await client.downloadToBuffer()).toString() : undefined;
    },
    async putBlob(container, name, content) {
      const client = account.blobs.getContainerClient(container);
      await client.createIfNotExists();
      await client.getBlockBlobClient(name).uploadData(Buffer.from(content));
    },
    async messages(queue) {
      const client = account.queues.getQueueClient(queue);
      if (!(await client.exists())) return [];
      const { peekedMessageItems } = await client.peekMessages({ numberOfMessages: 32 });
      return peekedMessageItems.map(({ messageText }) => messageText);
    },
  };

  beforeAll(async () => {
    azurite = await Azurite.start();
  });

  afterAll(() => azurite?.stop());

  afterEach(async () => {
    for await (const { name } of account.queues.listQueues()) await account.queues.deleteQueue(name);
    for await (const { name } of account.blobs.listContainers()) await account.blobs.deleteContainer(name);
    for await (const { name } of account.tables.listTables()) await account.tables.deleteTable(name ?? "");
  });

  return account;
}

import type { BlobServiceClient, ContainerClient } from "@azure/storage-blob" with { "resolution-mode": "import" };
import { storageErrorCode, storageErrorStatus } from "../storage-account/storage-errors";
import type { SecretStore, StoredSecrets } from "./secret-store";

/** The container of the official host, so that its keys go on to hold. */
const CONTAINER = "azure-webjobs-secrets";
const EXTENSION = ".json";
const CONFLICT = new Set([409, 412]);

/** Keys in a storage account, in one blob for each document, where all hosts of the app find them. */
export class BlobSecretStore implements SecretStore {
  readonly place: string;
  readonly #open: () => Promise<BlobServiceClient>;
  readonly #prefix: string;

  /** @param hostId tells apps on one account apart */
  constructor(open: () => Promise<BlobServiceClient>, hostId: string) {
    this.#open = open;
    this.#prefix = `${hostId}/`;
    this.place = `the container ${CONTAINER}, below "${this.#prefix}"`;
  }

  async readAll(): Promise<ReadonlyMap<string, StoredSecrets>> {
    const container = await this.#container();
    const documents = new Map<string, StoredSecrets>();
    for (const blob of await this.#blobs(container)) {
      const client = container.getBlockBlobClient(blob);
      const { etag = "" } = await client.getProperties();
      // What somebody writes between the two is not lost: the write after this one is refused, and all is read again.
      documents.set(documentName(blob, this.#prefix), {
        text: String(await client.downloadToBuffer()),
        revision: etag,
      });
    }
    return documents;
  }

  async write(name: string, text: string, revision: string | undefined): Promise<boolean> {
    const container = await this.#container();
    const blob = (await this.#blobs(container)).find((each) => documentName(each, this.#prefix) === name);
    const client = container.getBlockBlobClient(blob ?? this.#prefix + name + EXTENSION);
    const conditions = revision === undefined ? { ifNoneMatch: "*" } : { ifMatch: revision };
    try {
      await container.createIfNotExists();
      await client.upload(text, Buffer.byteLength(text), { conditions });
      return true;
    } catch (error) {
      if (CONFLICT.has(storageErrorStatus(error) ?? 0)) return false;
      throw error;
    }
  }

  async #container(): Promise<ContainerClient> {
    return (await this.#open()).getContainerClient(CONTAINER);
  }

  async #blobs(container: ContainerClient): Promise<readonly string[]> {
    const names: string[] = [];
    try {
      for await (const { name } of container.listBlobsFlat({ prefix: this.#prefix })) {
        // The official host keeps copies of documents that it could not read.
        if (name.endsWith(EXTENSION) && !name.includes(".snapshot.")) names.push(name);
      }
    } catch (error) {
      if (storageErrorCode(error) !== "ContainerNotFound") throw error;
    }
    return names;
  }
}

function documentName(blob: string, prefix: string): string {
  return blob.slice(prefix.length, -EXTENSION.length).toLowerCase();
}

import type { SecretStore, StoredSecrets } from "../../src/keys/secret-store";

/** Documents in memory; counts how often they are read. */
export class MemorySecretStore implements SecretStore {
  readonly place = "memory";
  readonly documents = new Map<string, StoredSecrets>();
  reads = 0;
  /** Called before each write, as a rival who is faster would be. */
  beforeWrite: (() => void) | undefined;
  failure: Error | undefined;

  async readAll(): Promise<ReadonlyMap<string, StoredSecrets>> {
    this.reads++;
    if (this.failure) throw this.failure;
    return new Map(this.documents);
  }

  async write(name: string, text: string, revision: string | undefined): Promise<boolean> {
    this.beforeWrite?.();
    if (this.documents.get(name)?.revision !== revision) return false;
    this.put(name, text);
    return true;
  }

  /** Writes whatever was there before. */
  put(name: string, text: string): void {
    this.documents.set(name, { text, revision: String(Number(this.documents.get(name)?.revision ?? 0) + 1) });
  }

  /** A document as an object. */
  json(name: string): Record<string, unknown> {
    return JSON.parse(this.documents.get(name)?.text ?? "null") as Record<string, unknown>;
  }
}

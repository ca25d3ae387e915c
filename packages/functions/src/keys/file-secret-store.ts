import { link, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DurableHostError, errorText } from "@durable-host/engine";
import type { SecretStore, StoredSecrets } from "./secret-store";

const EXTENSION = ".json";

/** Keys as files in a folder, `host.json` and `<function>.json`, as the official host keeps them. */
export class FileSecretStore implements SecretStore {
  readonly #folder: string;

  /** @param folder absolute; made when the first key is written */
  constructor(folder: string) {
    this.#folder = folder;
  }

  get place(): string {
    return this.#folder;
  }

  async readAll(): Promise<ReadonlyMap<string, StoredSecrets>> {
    const documents = new Map<string, StoredSecrets>();
    for (const file of await this.#files()) {
      const text = await this.#read(file);
      if (text !== undefined) documents.set(documentName(file), { text, revision: text });
    }
    return documents;
  }

  /** Between hosts that share a folder, a change that comes in the same moment as another's may be lost; a new file is not. */
  async write(name: string, text: string, revision: string | undefined): Promise<boolean> {
    const file = (await this.#files()).find((each) => documentName(each) === name) ?? name + EXTENSION;
    if ((await this.#read(file)) !== revision) return false;
    // Beside the file first: a host that is killed meanwhile leaves the old keys or the new ones.
    const target = join(this.#folder, file);
    const draft = `${target}.${process.pid}`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(draft, text, { mode: 0o600 });
      if (revision !== undefined) await rename(draft, target);
      else await link(draft, target);
      return true;
    } catch (error) {
      if (codeOf(error) === "EEXIST" && revision === undefined) return false;
      throw new DurableHostError(
        "CONFIG_INVALID",
        `The host's keys cannot be kept in ${this.#folder}: ${errorText(error)}`,
        { cause: error },
      );
    } finally {
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }

  async #files(): Promise<readonly string[]> {
    try {
      return (await readdir(this.#folder)).filter((name) => name.toLowerCase().endsWith(EXTENSION));
    } catch {
      return []; // There is no folder before the first key is written.
    }
  }

  async #read(file: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.#folder, file), "utf8");
    } catch (error) {
      if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
      const message = `The keys in ${join(this.#folder, file)} cannot be read: ${errorText(error)}`;
      throw new DurableHostError("CONFIG_INVALID", message, { cause: error });
    }
  }
}

function documentName(file: string): string {
  return file.slice(0, -EXTENSION.length).toLowerCase();
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

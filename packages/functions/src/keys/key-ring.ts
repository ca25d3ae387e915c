import { DurableHostError, type Clock } from "@durable-host/engine";
import { opens, type KeyCheck } from "./check-key";
import type { HostKeys } from "./host-keys";
import { completeHostDocument, generateKey, KeyDocument, keysOf, type KeyListName } from "./key-document";
import { HOST_DOCUMENT, type SecretStore } from "./secret-store";

/** Keys that others have made or deleted are known after this long; no caller can make the host look more often. */
const RELOAD_AFTER_MS = 60_000;

/** As often as somebody else may be first before a change is given up. */
const ATTEMPTS = 10;

/** Which keys are administered: the host's function keys, its system keys, or those of one function. */
export type KeyList =
  { readonly type: "host" } | { readonly type: "system" } | { readonly type: "function"; readonly name: string };

/** Under this name the master key stands among the system keys (functions-host contract §3.4). */
export const MASTER_KEY_NAME = "_master";

export interface KeyRingOptions {
  readonly store: SecretStore;
  readonly clock: Clock;
}

/** The keys that requests have to present, held in memory (functions-host contract §3.3), and their administration. */
export class KeyRing {
  readonly #options: KeyRingOptions;
  #keys: HostKeys | undefined;
  #readAt = 0;
  #reading: Promise<void> | undefined;
  /** The latest of the changes, which come one after another: a folder cannot tell two of one process apart. */
  #lastChange: Promise<void> = Promise.resolve();

  /** Nothing is read yet: see `load`. */
  constructor(options: KeyRingOptions) {
    this.#options = options;
  }

  /** For people: where the keys are. */
  get place(): string {
    return this.#options.store.place;
  }

  /** Reads the keys, and makes what a new host has to have. Rejects with CONFIG_INVALID, or what the store rejects with. */
  async load(): Promise<void> {
    await this.#change(() => undefined);
  }

  /** The key of an extension's webhooks, for links; absent when there is none, or nothing is read yet. */
  systemKey(name: string): string | undefined {
    return this.#keys?.systems.get(name);
  }

  /** Tells whether a request carries a key that opens the scope: in `x-functions-key`, else in `code`. */
  readonly admits: KeyCheck = ({ headers, url }, scope) => {
    const key = headers["x-functions-key"] ?? codeOf(url);
    if (key === undefined) return false;
    const { clock } = this.#options;
    if (this.#keys !== undefined && clock.now() - this.#readAt < RELOAD_AFTER_MS) return opens(this.#keys, key, scope);
    return this.#reload().then(() => this.#keys !== undefined && opens(this.#keys, key, scope));
  };

  /** Keys by name, as they are in the store. */
  async list(list: KeyList): Promise<ReadonlyMap<string, string>> {
    await this.load();
    return listOf(this.#known(), list);
  }

  /** Sets a key; without a value to one that nobody can guess. Resolves to its value, and whether it is new. */
  async set(
    list: KeyList,
    name: string,
    value = generateKey(),
  ): Promise<{ readonly value: string; readonly isNew: boolean }> {
    let isNew = false;
    await this.#change((document) => {
      if (isMaster(list, name)) {
        document(HOST_DOCUMENT).master = value;
        return;
      }
      const [place, part] = partOf(list);
      const keys = document(place).list(part);
      const known = spelling(keys, name);
      isNew = known === undefined;
      document(place).setList(part, new Map([...keys, [known ?? name, value]]));
    });
    return { value, isNew };
  }

  /** Deletes a key. Resolves to false when there is none of that name. Rejects with INVALID_ARGUMENT for the master key. */
  async delete(list: KeyList, name: string): Promise<boolean> {
    if (isMaster(list, name)) {
      throw new DurableHostError("INVALID_ARGUMENT", "The master key can be replaced, not deleted.");
    }
    let isKnown = false;
    await this.#change((document) => {
      const [place, part] = partOf(list);
      const keys = document(place).list(part);
      const known = spelling(keys, name);
      isKnown = known !== undefined;
      if (isKnown) document(place).setList(part, new Map([...keys].filter(([each]) => each !== known)));
    });
    return isKnown;
  }

  #known(): HostKeys {
    if (this.#keys === undefined) throw new DurableHostError("STORAGE_TRANSIENT", "The keys have not been read yet.");
    return this.#keys;
  }

  /** All who ask at the same time share one look. The keys known so far go on to hold when it fails. */
  #reload(): Promise<void> {
    this.#reading ??= this.load()
      .catch(() => {
        this.#readAt = this.#options.clock.now();
      })
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }

  #change(change: (document: (name: string) => KeyDocument) => void): Promise<void> {
    const changed = this.#lastChange.then(() => this.#changeNow(change));
    this.#lastChange = changed.catch(() => undefined);
    return changed;
  }

  /** Reads all documents, changes some, writes those, and begins anew when somebody else has written meanwhile. */
  async #changeNow(change: (document: (name: string) => KeyDocument) => void): Promise<void> {
    const { store, clock } = this.#options;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const readAt = clock.now();
      const documents = await this.#documents();
      change((name) => documentOf(documents, name, store.place));
      completeHostDocument(documentOf(documents, HOST_DOCUMENT, store.place));
      if (!(await writeChanged(store, documents))) continue;
      this.#keys = keysOf(documents);
      this.#readAt = readAt;
      return;
    }
    throw new DurableHostError("STORAGE_TRANSIENT", `Others keep changing the keys in ${store.place}. Try again.`);
  }

  async #documents(): Promise<Map<string, KeyDocument>> {
    const { store } = this.#options;
    const stored = await store.readAll();
    return new Map([...stored].map(([name, each]) => [name, new KeyDocument(placeOf(store.place, name), each)]));
  }
}

async function writeChanged(store: SecretStore, documents: ReadonlyMap<string, KeyDocument>): Promise<boolean> {
  for (const [name, document] of documents) {
    if (document.isChanged && !(await store.write(name, document.text, document.revision))) return false;
  }
  return true;
}

function documentOf(documents: Map<string, KeyDocument>, name: string, place: string): KeyDocument {
  const known = documents.get(name) ?? new KeyDocument(placeOf(place, name), undefined);
  documents.set(name, known);
  return known;
}

function placeOf(place: string, name: string): string {
  return `${place}, "${name}"`;
}

function isMaster(list: KeyList, name: string): boolean {
  return list.type === "system" && name.toLowerCase() === MASTER_KEY_NAME;
}

function partOf(list: KeyList): readonly [document: string, part: KeyListName] {
  if (list.type === "function") return [list.name.toLowerCase(), "keys"];
  return [HOST_DOCUMENT, list.type === "host" ? "functionKeys" : "systemKeys"];
}

function listOf(keys: HostKeys, list: KeyList): ReadonlyMap<string, string> {
  switch (list.type) {
    case "host":
      return keys.functions;
    case "system":
      return new Map([[MASTER_KEY_NAME, keys.master], ...keys.systems]);
    case "function":
      return keys.perFunction.get(list.name.toLowerCase()) ?? new Map();
  }
}

/** Names of keys compare without case. */
function spelling(keys: ReadonlyMap<string, string>, name: string): string | undefined {
  return [...keys.keys()].find((each) => each.toLowerCase() === name.toLowerCase());
}

/** Query names compare without case. */
function codeOf({ search, searchParams }: URL): string | undefined {
  if (search === "") return undefined;
  for (const [name, value] of searchParams) if (name.toLowerCase() === "code") return value;
  return undefined;
}

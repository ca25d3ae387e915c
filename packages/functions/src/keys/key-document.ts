import { randomBytes } from "node:crypto";
import { DurableHostError } from "@durable-host/engine";
import { parseJsonText } from "../config/json-file";
import { findKey, isJsonObject, lookUp, type JsonObject } from "../config/json-object";
import { DURABLE_SYSTEM_KEY, type HostKeys } from "./host-keys";
import { HOST_DOCUMENT, type StoredSecrets } from "./secret-store";

/** A list of keys in a document: two in that of the host, one in that of a function. */
export type KeyListName = "functionKeys" | "systemKeys" | "keys";

/** The official host names the first host key like this. */
const FIRST_FUNCTION_KEY = "default";
const KEY_BYTES = 40;

/** A key that nobody can guess: 40 random bytes as base64url (functions-host contract §3.3). */
export function generateKey(): string {
  return randomBytes(KEY_BYTES).toString("base64url");
}

/** One document of keys, to be read and changed. What this host does not know in it is kept. */
export class KeyDocument {
  readonly #place: string;
  readonly #revision: string | undefined;
  #content: JsonObject;
  #isChanged = false;

  /**
   * @param place for people: what is being read
   * @param stored absent: the document does not exist yet
   * @throws CONFIG_INVALID for a document that is no JSON object
   */
  constructor(place: string, stored: StoredSecrets | undefined) {
    this.#place = place;
    this.#revision = stored?.revision;
    this.#content = stored === undefined ? {} : parseJsonText(place, stored.text);
  }

  /** Of the document that was read; undefined when there was none. */
  get revision(): string | undefined {
    return this.#revision;
  }

  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** Throws CONFIG_INVALID for an entry that is none, or that is encrypted. */
  get master(): string | undefined {
    const entry = lookUp(this.#content, "masterKey");
    return entry === undefined || entry === null ? undefined : this.#readKey("masterKey", entry)[1];
  }

  set master(value: string) {
    this.#set("masterKey", storedKey("master", value));
  }

  /** Keys by name. Throws CONFIG_INVALID for an entry that is none, or that is encrypted. */
  list(name: KeyListName): ReadonlyMap<string, string> {
    const entries = lookUp(this.#content, name) ?? [];
    if (!Array.isArray(entries)) throw this.#unusable(`"${name}" must be a list of {"name", "value"}.`);
    return new Map(entries.map((entry) => this.#readKey(name, entry)));
  }

  setList(name: KeyListName, keys: ReadonlyMap<string, string>): void {
    this.#set(
      name,
      [...keys].map(([key, value]) => storedKey(key, value)),
    );
  }

  /** The text to store. */
  get text(): string {
    return `${JSON.stringify(this.#content, null, 2)}\n`;
  }

  #set(name: string, value: unknown): void {
    this.#content = { ...this.#content, [findKey(this.#content, name) ?? name]: value };
    this.#isChanged = true;
  }

  #readKey(list: string, entry: unknown): readonly [name: string, value: string] {
    if (!isJsonObject(entry)) throw this.#unusable(`"${list}" must hold {"name", "value"}.`);
    const name = lookUp(entry, "name");
    const value = lookUp(entry, "value");
    if (typeof name !== "string" || typeof value !== "string" || value === "") {
      throw this.#unusable(`a key in "${list}" has no name or no value.`);
    }
    if (lookUp(entry, "encrypted") === true) {
      throw this.#unusable(`the key "${name}" in "${list}" is encrypted by another host, and cannot be read here.`);
    }
    return [name, value];
  }

  #unusable(what: string): DurableHostError {
    const message = `The keys in ${this.#place} cannot be used: ${what} Correct or delete it.`;
    return new DurableHostError("CONFIG_INVALID", message);
  }
}

/** Makes the master key, a first function key and the system key of Durable Functions when they are missing. */
export function completeHostDocument(host: KeyDocument): void {
  host.master ??= generateKey();
  if (host.list("functionKeys").size === 0)
    host.setList("functionKeys", new Map([[FIRST_FUNCTION_KEY, generateKey()]]));
  const systems = host.list("systemKeys");
  if (!systems.has(DURABLE_SYSTEM_KEY))
    host.setList("systemKeys", new Map([...systems, [DURABLE_SYSTEM_KEY, generateKey()]]));
}

/** The keys of all documents. The host's must be complete. */
export function keysOf(documents: ReadonlyMap<string, KeyDocument>): HostKeys {
  const host = documents.get(HOST_DOCUMENT);
  if (host?.master === undefined) throw new DurableHostError("CONFIG_INVALID", "The host has no master key.");
  const functions = [...documents].filter(([name]) => name !== HOST_DOCUMENT);
  return {
    master: host.master,
    functions: host.list("functionKeys"),
    systems: host.list("systemKeys"),
    perFunction: new Map(functions.map(([name, document]) => [name, document.list("keys")])),
  };
}

function storedKey(name: string, value: string): object {
  return { name, value, encrypted: false };
}

import { DurableHostError } from "@durable-host/engine";
import { isJsonObject, lookUp, type JsonObject } from "../config/json-object";

interface StoredKey {
  readonly name: string;
  readonly value: string;
  readonly encrypted: boolean;
}

/** Keys of a list in a key file, by name. Throws CONFIG_INVALID for an entry that is none, or that is encrypted. */
export function readKeys(file: string, content: JsonObject, list: string): ReadonlyMap<string, string> {
  const entries = lookUp(content, list) ?? [];
  if (!Array.isArray(entries)) throw unusable(file, `"${list}" must be a list of {"name", "value"}.`);
  return new Map(entries.map((entry) => readKey(file, list, entry)));
}

/** The master key of a host's key file; undefined when it has none yet. */
export function readMasterKey(file: string, content: JsonObject): string | undefined {
  const entry = lookUp(content, "masterKey");
  return entry === undefined || entry === null ? undefined : readKey(file, "masterKey", entry)[1];
}

/** A key as files keep it (functions-host contract §3.3, "File shape"). */
export function storedKey(name: string, value: string): StoredKey {
  return { name, value, encrypted: false };
}

function readKey(file: string, place: string, entry: unknown): readonly [name: string, value: string] {
  if (!isJsonObject(entry)) throw unusable(file, `"${place}" must hold {"name", "value"}.`);
  const name = lookUp(entry, "name");
  const value = lookUp(entry, "value");
  if (typeof name !== "string" || typeof value !== "string" || value === "") {
    throw unusable(file, `a key in "${place}" has no name or no value.`);
  }
  if (lookUp(entry, "encrypted") === true) {
    throw unusable(file, `the key "${name}" in "${place}" is encrypted by another host, and cannot be read here.`);
  }
  return [name, value];
}

function unusable(file: string, what: string): DurableHostError {
  return new DurableHostError("CONFIG_INVALID", `The keys in ${file} cannot be used: ${what} Correct or delete it.`);
}

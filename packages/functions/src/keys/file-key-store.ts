import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorText, DurableHostError } from "@durable-host/engine";
import type { JsonObject } from "../config/json-object";
import { readJsonFile } from "../config/json-file";
import { DURABLE_SYSTEM_KEY, type HostKeys } from "./host-keys";
import { readKeys, readMasterKey, storedKey } from "./key-file";

const HOST_FILE = "host.json";
/** The official host names the first host key like this. */
const FIRST_FUNCTION_KEY = "default";
const KEY_BYTES = 40;

/**
 * Reads the keys kept in a folder: `host.json` and one `<function>.json` for each function that has keys of its own.
 * The master key, a first function key and the system key of Durable Functions are made when they are missing.
 * Throws CONFIG_INVALID when a file cannot be read, used or written.
 */
export function readKeyFolder(folder: string): HostKeys {
  const file = join(folder, HOST_FILE);
  const content = readJsonFile(file) ?? {};
  const found = {
    master: readMasterKey(file, content),
    functions: readKeys(file, content, "functionKeys"),
    systems: readKeys(file, content, "systemKeys"),
  };
  const keys: HostKeys = {
    master: found.master ?? newKey(),
    functions: found.functions.size > 0 ? found.functions : new Map([[FIRST_FUNCTION_KEY, newKey()]]),
    systems: found.systems.has(DURABLE_SYSTEM_KEY)
      ? found.systems
      : new Map([...found.systems, [DURABLE_SYSTEM_KEY, newKey()]]),
    perFunction: readFunctionFiles(folder),
  };
  const complete = keys.master === found.master && keys.functions === found.functions && keys.systems === found.systems;
  if (!complete) writeHostFile(folder, content, keys);
  return keys;
}

function readFunctionFiles(folder: string): HostKeys["perFunction"] {
  const perFunction = new Map<string, ReadonlyMap<string, string>>();
  for (const name of listJsonFiles(folder)) {
    if (name.toLowerCase() === HOST_FILE) continue;
    const file = join(folder, name);
    perFunction.set(name.slice(0, -".json".length).toLowerCase(), readKeys(file, readJsonFile(file) ?? {}, "keys"));
  }
  return perFunction;
}

function listJsonFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.toLowerCase().endsWith(".json"));
  } catch {
    return []; // There is no folder before the first key is written.
  }
}

/** Beside the file first, then renamed: a host that is killed meanwhile leaves the old keys or the new ones. */
function writeHostFile(folder: string, content: JsonObject, keys: HostKeys): void {
  const file = join(folder, HOST_FILE);
  const next = {
    ...content,
    masterKey: storedKey("master", keys.master),
    functionKeys: [...keys.functions].map(([name, value]) => storedKey(name, value)),
    systemKeys: [...keys.systems].map(([name, value]) => storedKey(name, value)),
  };
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(draft, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, file);
  } catch (error) {
    const cause = errorText(error);
    throw new DurableHostError("CONFIG_INVALID", `The host's keys cannot be kept in ${folder}: ${cause}`, {
      cause: error,
    });
  }
}

function newKey(): string {
  return randomBytes(KEY_BYTES).toString("base64url");
}

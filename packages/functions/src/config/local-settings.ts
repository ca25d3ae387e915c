import { DurableHostError } from "@durable-host/engine";
import { readJsonFile } from "./json-file";
import { isJsonObject, lookUp, type JsonObject } from "./json-object";
import { isOn, type AppSettings } from "./app-settings";

/** What local.settings.json says; everything absent when there is no such file. */
export interface LocalSettings {
  readonly values: AppSettings;
  readonly port?: number;
  readonly address?: string;
  /** Comma list of origins, or `*`. */
  readonly cors?: string;
  readonly corsCredentials: boolean;
}

/** Reads local.settings.json (functions-host contract §6.2). Throws CONFIG_INVALID. */
export function readLocalSettings(path: string): LocalSettings {
  const file = readJsonFile(path) ?? {};
  if (isOn(scalarText(lookUp(file, "IsEncrypted")))) {
    throw new DurableHostError(
      "CONFIG_INVALID",
      `${path} is encrypted, and only the Azure Functions Core Tools can read it. Run "func settings decrypt", or write "IsEncrypted": false and plain values.`,
    );
  }
  const port = Number(scalarText(lookUp(file, "Host.LocalHttpPort")));
  return {
    values: { ...connectionStrings(path, file), ...flatValues(path, "Values", file) },
    ...(Number.isInteger(port) && port > 0 && { port }),
    address: scalarText(lookUp(file, "Host.LocalHttpAddress")),
    cors: scalarText(lookUp(file, "Host.CORS")),
    corsCredentials: isOn(scalarText(lookUp(file, "Host.CORSCredentials"))),
  };
}

function flatValues(path: string, section: string, file: JsonObject): AppSettings {
  const values = lookUp(file, section) ?? {};
  if (!isJsonObject(values)) throw notText(path, section);
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === null) continue;
    const text = scalarText(value);
    if (text === undefined) throw notText(path, `${section}.${name}`);
    flat[name] = text;
  }
  return flat;
}

function connectionStrings(path: string, file: JsonObject): AppSettings {
  const section = lookUp(file, "ConnectionStrings") ?? {};
  if (!isJsonObject(section)) throw notText(path, "ConnectionStrings");
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(section)) {
    const text = scalarText(isJsonObject(value) ? lookUp(value, "ConnectionString") : value);
    if (text !== undefined) flat[`ConnectionStrings:${name}`] = text;
  }
  return flat;
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function notText(path: string, place: string): DurableHostError {
  const rule = place.includes(".") ? "must be a text" : "must be an object of texts";
  return new DurableHostError("CONFIG_INVALID", `${path}: ${place} ${rule}. Nested values are not possible there.`);
}

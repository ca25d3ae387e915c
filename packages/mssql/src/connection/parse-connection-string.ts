import { configInvalid } from "./connection-config-error";
import { type ConnectionKeyword, findKeyword, isIntegratedSecurity, refusalOf } from "./connection-keywords";
import type { ConnectionSettings } from "./connection-settings";
import { lexConnectionString } from "./lex-connection-string";
import { chooseAuthentication } from "./choose-authentication";
import { parseServerAddress } from "./server-address";
import { readBoolean, readInteger } from "./setting-value";

export interface ParseOptions {
  /** Takes the place of `Application Name`, because in multi-tenancy mode 0 the name is the task hub's. */
  readonly applicationName?: string;
}

/** The values of the keywords that occur; of repeated ones the last counts, as in SqlClient. */
export type KeywordValues = ReadonlyMap<ConnectionKeyword, string>;

/** SqlClient's own default is 100, for one connection per thread; a few are plenty for calls that share an event loop. */
const DEFAULT_MAX_POOL_SIZE = 10;
const MOST_SECONDS = 86_400;

/**
 * Reads a connection string in ADO.NET form with the keywords of SqlClient 5 (contract §5.2). Differences: TLS is on unless
 * switched off, a database is mandatory, and the pool has 10 connections unless `Max Pool Size` says otherwise.
 * Throws CONFIG_INVALID with what to change; no message holds a password or a part of one.
 */
export function parseConnectionString(text: string, options: ParseOptions = {}): ConnectionSettings {
  const values = collectValues(text);
  refuseReadOnly(values);
  const address = parseServerAddress(required(values, "server", "Server"));
  const optional = {
    hostNameInCertificate: values.get("hostNameInCertificate") || undefined,
    workstationId: values.get("workstationId") || undefined,
    language: values.get("language") || undefined,
    packetSize: values.has("packetSize") ? readInteger(values, "packetSize", "Packet Size", 0, 512, 32_767) : undefined,
  };
  return {
    address,
    database: required(values, "database", "Database"),
    authentication: chooseAuthentication(values),
    encrypt: readEncrypt(values.get("encrypt")),
    trustServerCertificate: readBoolean(values, "trustServerCertificate", "TrustServerCertificate", false),
    connectTimeoutMs: readConnectTimeout(values),
    commandTimeoutMs: readInteger(values, "commandTimeout", "Command Timeout", 30, 0, MOST_SECONDS) * 1000,
    applicationName: options.applicationName ?? values.get("applicationName") ?? "durable-host",
    multiSubnetFailover: readBoolean(values, "multiSubnetFailover", "MultiSubnetFailover", false),
    pool: readPool(values),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

function collectValues(text: string): KeywordValues {
  const values = new Map<ConnectionKeyword, string>();
  let afterPassword = false;
  for (const [index, { keyword, value }] of lexConnectionString(text).entries()) {
    const known = findKeyword(keyword);
    if (known) values.set(known, value);
    else if (isIntegratedSecurity(keyword)) refuseIntegratedSecurity(value);
    else throw unusable(keyword, index + 1, afterPassword);
    afterPassword = known === "password";
  }
  return values;
}

function unusable(keyword: string, place: number, afterPassword: boolean): Error {
  const refusal = refusalOf(keyword);
  if (refusal !== undefined)
    return configInvalid(`The connection string has ${keyword}, which is not supported. ${refusal}`);
  // Behind an unquoted password an unknown keyword may well be the rest of it.
  if (afterPassword || !/^[A-Za-z][A-Za-z _]*$/.test(keyword)) {
    return configInvalid(
      `The connection string has an unknown keyword in part ${place}${afterPassword ? ", after the password" : ""}. ` +
        'Correct it, or remove it; a password that contains ";" must be in quotes: Password="…".',
    );
  }
  return configInvalid(`The connection string has an unknown keyword: ${keyword}. Correct it, or remove it.`);
}

function refuseIntegratedSecurity(value: string): void {
  if (["false", "no", ""].includes(value.toLowerCase())) return;
  throw configInvalid(
    "The connection string asks for Integrated Security (Windows log-in), which is not supported. Use User ID and Password, " +
      "or Authentication=Active Directory Default or Active Directory Managed Identity.",
  );
}

function refuseReadOnly(values: KeywordValues): void {
  const intent = (values.get("applicationIntent") ?? "").toLowerCase().replace(/\s+/g, "");
  if (intent === "" || intent === "readwrite") return;
  throw configInvalid("ApplicationIntent must be ReadWrite: the state of orchestrations is written, not only read.");
}

function required(values: KeywordValues, keyword: ConnectionKeyword, name: string): string {
  const value = values.get(keyword);
  if (value) return value;
  throw configInvalid(`The connection string lacks ${name}: add ${name}=….`);
}

function readEncrypt(value: string | undefined): boolean | "strict" {
  switch ((value ?? "").toLowerCase()) {
    case "":
    case "true":
    case "yes":
    case "mandatory":
      return true;
    case "false":
    case "no":
    case "optional":
      return false;
    case "strict":
      return "strict";
    default:
      throw configInvalid("Encrypt must be true (or Mandatory), false (or Optional) or Strict.");
  }
}

/** For .NET zero waits forever; a start that never ends helps nobody, so it is a day. */
function readConnectTimeout(values: KeywordValues): number {
  const seconds = readInteger(values, "connectTimeout", "Connect Timeout", 15, 0, MOST_SECONDS);
  return (seconds === 0 ? MOST_SECONDS : seconds) * 1000;
}

function readPool(values: KeywordValues): ConnectionSettings["pool"] {
  const min = readInteger(values, "minPoolSize", "Min Pool Size", 0, 0, 1000);
  const max = readInteger(values, "maxPoolSize", "Max Pool Size", Math.max(DEFAULT_MAX_POOL_SIZE, min), 1, 1000);
  if (min > max) throw configInvalid("Min Pool Size is larger than Max Pool Size.");
  return {
    min,
    max,
    reuse: readBoolean(values, "pooling", "Pooling", true),
    lifetimeMs: readInteger(values, "connectionLifetime", "Connection Lifetime", 0, 0, 1_000_000) * 1000,
  };
}

import { DurableHostError } from "@durable-host/engine";
import { configInvalid } from "./connection-config-error";
import type { ConnectionSettings } from "./connection-settings";
import { describeAddress } from "./server-address";
import { isTransientNumber } from "./transient-errors";

/** An error message that the server sent while we logged in. */
export interface ServerMessage {
  readonly number: number;
  readonly message: string;
}

/** What tells one failed attempt to connect from another. */
export interface ConnectFailure {
  readonly error: unknown;
  /** In order of arrival; the driver's own error has the last one's text but no number. */
  readonly messages: readonly ServerMessage[];
}

const WRONG_LOGIN = new Set([18456, 18452, 18470, 18486, 18487, 18488]);
const NO_DATABASE = new Set([4060, 4064, 911]);
/** Azure SQL: the firewall knows no rule for us, or public access is off. */
const NOT_LET_IN = new Set([40615, 40914, 47073]);

/**
 * Says why a connection could not be had, and what to do. CONFIG_INVALID: waiting does not help, a person must act.
 * STORAGE_TRANSIENT: it may pass by itself, though it may also be a wrong setting; the message names both.
 */
export function describeConnectionFailure(failure: ConnectFailure, settings: ConnectionSettings): DurableHostError {
  if (failure.error instanceof DurableHostError) return failure.error;
  return (
    refusedByServer(failure, settings) ??
    tlsFailure(failure, settings) ??
    noToken(failure) ??
    unreachable(failure, settings)
  );
}

function refusedByServer(failure: ConnectFailure, settings: ConnectionSettings): DurableHostError | undefined {
  const server = `The server ${describeAddress(settings.address)}`;
  const find = (numbers: ReadonlySet<number>): ServerMessage | undefined =>
    failure.messages.find(({ number }) => numbers.has(number));
  const transient = failure.messages.find(({ number }) => isTransientNumber(number));
  if (transient)
    return notNow(`${server} cannot serve the database ${settings.database} now`, transient, failure.error);
  // A missing database is followed by 18456: so it is looked for first.
  const noDatabase =
    find(NO_DATABASE) ?? failure.messages.find(({ message }) => /database .* does not exist/i.test(message));
  if (noDatabase) {
    return configInvalid(
      `${server} has no database ${settings.database} that this login may open (error ${noDatabase.number}). Create it, ` +
        `set createDatabaseIfNotExists in host.json, correct Database in the connection string, or give the login access to it.`,
      failure.error,
    );
  }
  const wrongLogin = find(WRONG_LOGIN);
  if (wrongLogin) {
    return configInvalid(
      `${server} refused the login ${loginName(settings)} (error ${wrongLogin.number}). ${HOW_TO_LOG_IN}`,
      failure.error,
    );
  }
  const notLetIn = find(NOT_LET_IN);
  if (notLetIn) {
    return configInvalid(
      `${server} does not let this machine in (error ${notLetIn.number}: ${notLetIn.message}). Add its address to the server's firewall rules.`,
      failure.error,
    );
  }
  const last = failure.messages.at(-1);
  return (
    last && configInvalid(`${server} refused the connection (error ${last.number}): ${last.message}`, failure.error)
  );
}

const HOW_TO_LOG_IN =
  "Check User ID and Password in the connection string, that the login is enabled, and that the server allows this kind of " +
  "login (SQL Server authentication, or Microsoft Entra ID with a user made FROM EXTERNAL PROVIDER).";

function loginName({ authentication }: ConnectionSettings): string {
  return "userName" in authentication ? `"${authentication.userName}"` : `of ${authentication.type}`;
}

function tlsFailure({ error }: ConnectFailure, settings: ConnectionSettings): DurableHostError | undefined {
  const server = `the server ${describeAddress(settings.address)}`;
  const codes = codesOf(error);
  if (codes.includes("EENCRYPT")) {
    return configInvalid(
      `Only encrypted connections are let in by ${server}: remove Encrypt=false from the connection string.`,
      error,
    );
  }
  const tls = codes.find((code) => /CERT|SELF_SIGNED|SIGNATURE|ERR_TLS|ERR_SSL|EPROTO/.test(code));
  if (tls === undefined) return undefined;
  return configInvalid(
    `A secure connection to ${server} could not be made (${tls}: ${messageOf(error)}). If its certificate comes from your own authority, ` +
      "name that in NODE_EXTRA_CA_CERTS; if it is for another name, set HostNameInCertificate; on a developer's machine " +
      "TrustServerCertificate=true accepts any certificate (not with Encrypt=Strict).",
    error,
  );
}

/** No token from Microsoft Entra ID. Its library tells a set-up that cannot work from a service that did not answer. */
function noToken({ error }: ConnectFailure): DurableHostError | undefined {
  const token = flatten(error).find(({ name }) => TOKEN_ERROR.test(String(name)));
  if (!token && !codesOf(error).includes("EFEDAUTH")) return undefined;
  const message = `No token could be had from Microsoft Entra ID: ${String(token?.message ?? messageOf(error))}`;
  const status = Number(token?.statusCode ?? 0);
  if (token && (status === 0 || (status >= 400 && status < 429))) {
    return configInvalid(
      `${message} Check Authentication and User ID (the client id) in the connection string, and that the identity is assigned.`,
      error,
    );
  }
  return new DurableHostError("STORAGE_TRANSIENT", message, { cause: error });
}

const TOKEN_ERROR = /^(CredentialUnavailable|AggregateAuthentication|Authentication)\w*Error$/;

function unreachable({ error }: ConnectFailure, settings: ConnectionSettings): DurableHostError {
  const codes = codesOf(error);
  const server = `The server ${describeAddress(settings.address)}`;
  let message = `${server} cannot be reached: ${messageOf(error)}.`;
  if (codes.includes("EINSTLOOKUP")) {
    message =
      `${server} was not found: its SQL Server Browser (UDP port 1434) did not name the instance. Start the Browser, or give the port: ` +
      `Server=${settings.address.host},<port>.`;
  } else if (codes.includes("ENOTFOUND") || codes.includes("EAI_AGAIN")) {
    message = `${server} cannot be reached: the host name ${settings.address.host} is not known. Check Server in the connection string, and DNS.`;
  } else if (codes.includes("ECONNREFUSED")) {
    message = `${server} cannot be reached: nothing listens there. Check that it runs with TCP enabled, and the port in Server.`;
  } else if (["ETIMEOUT", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"].some((code) => codes.includes(code))) {
    message = `${server} did not answer within ${settings.connectTimeoutMs / 1000} s. Check Server in the connection string, firewalls, and that it runs.`;
  }
  return new DurableHostError("STORAGE_TRANSIENT", message, { cause: error });
}

function notNow(what: string, { number, message }: ServerMessage, cause: unknown): DurableHostError {
  return new DurableHostError("STORAGE_TRANSIENT", `${what} (error ${number}): ${message}`, { cause });
}

/** What we read of an error. Those of the driver and of Node are told by their fields, not by their class: they may come from another realm. */
interface ErrorFields {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** An error with its causes and parts, outermost first. */
function flatten(error: unknown, depth = 0): readonly ErrorFields[] {
  if (typeof error !== "object" || error === null || depth > 5) return [];
  const fields: ErrorFields = error;
  const parts: readonly unknown[] = Array.isArray(fields.errors) ? fields.errors : [];
  return [fields, ...parts.flatMap((part) => flatten(part, depth + 1)), ...flatten(fields.cause, depth + 1)];
}

function codesOf(error: unknown): readonly string[] {
  return flatten(error).flatMap(({ code }) => (typeof code === "string" ? [code] : []));
}

/** The innermost reason: what wraps it only repeats the address. */
function messageOf(error: unknown): string {
  return String(flatten(error).at(-1)?.message ?? error);
}

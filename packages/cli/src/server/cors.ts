import { DurableHostError } from "@durable-host/engine";
import type { HostRequest, HostResponse, HttpHandler } from "@durable-host/functions";

export interface CorsOptions {
  /** Allowed origins; `*` allows every one. Empty: no CORS at all. */
  readonly origins: readonly string[];
  readonly credentials: boolean;
}

type Headers = HostResponse["headers"];

/** Reads origins: a JSON array or a comma list. Throws CONFIG_INVALID for `*` with credentials, which browsers refuse. */
export function corsOptions(origins: string | undefined, credentials: boolean): CorsOptions {
  const list = (originsOfJson(origins) ?? (origins ?? "").split(","))
    .map((origin) => origin.trim().replace(/\/$/, ""))
    .filter((origin) => origin !== "");
  if (credentials && list.includes("*")) {
    throw new DurableHostError(
      "CONFIG_INVALID",
      "CORS for every origin (*) cannot be combined with credentials. Name the origins in --cors, CORS_ALLOWED_ORIGINS or Host.CORS of local.settings.json, or leave CORS_SUPPORT_CREDENTIALS or CORSCredentials out.",
    );
  }
  return { origins: list, credentials };
}

/** As App Service writes its setting: `["https://shop.example"]`. */
function originsOfJson(text: string | undefined): readonly string[] | undefined {
  if (text?.trimStart().startsWith("[") !== true) return undefined;
  const list = readList(text);
  if (list !== undefined) return list;
  throw new DurableHostError("CONFIG_INVALID", `The CORS origins are ${text}; expected: a list of texts in JSON.`);
}

function readList(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((each) => typeof each === "string") ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Answers preflights before anything else sees them and adds the CORS headers to answers for allowed origins. */
export function withCors(handler: HttpHandler, options: CorsOptions): HttpHandler {
  if (options.origins.length === 0) return handler;
  return async (request) => {
    const allowed = allowedHeaders(request, options);
    if (isPreflight(request)) {
      return { status: 204, headers: allowed === undefined ? [] : [...allowed, ...preflightHeaders(request)] };
    }
    const response = await handler(request);
    if (allowed === undefined || response === undefined) return response;
    return { ...response, headers: [...response.headers, ...allowed] };
  };
}

function isPreflight(request: HostRequest): boolean {
  return request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
}

function allowedHeaders(request: HostRequest, { origins, credentials }: CorsOptions): Headers | undefined {
  const origin = request.headers["origin"];
  if (origin === undefined) return undefined;
  if (origins.includes("*")) return [["Access-Control-Allow-Origin", "*"]];
  if (!origins.some((each) => each.toLowerCase() === origin.toLowerCase())) return undefined;
  const headers: Headers = [
    ["Access-Control-Allow-Origin", origin],
    ["Vary", "Origin"],
  ];
  return credentials ? [...headers, ["Access-Control-Allow-Credentials", "true"]] : headers;
}

function preflightHeaders({ headers }: HostRequest): Headers {
  const requested = headers["access-control-request-headers"];
  const method = headers["access-control-request-method"] ?? "*";
  const allowed: Headers = [["Access-Control-Allow-Methods", method]];
  return requested === undefined ? allowed : [...allowed, ["Access-Control-Allow-Headers", requested]];
}

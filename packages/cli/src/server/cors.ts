import { DurableHostError } from "@durable-host/engine";
import type { HostRequest, HostResponse, HttpHandler } from "@durable-host/functions";

export interface CorsOptions {
  /** Allowed origins; `*` allows every one. Empty: no CORS at all. */
  readonly origins: readonly string[];
  readonly credentials: boolean;
}

type Headers = HostResponse["headers"];

const VARY = ["Vary", "Origin"] as const;

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

/** Answers preflights before anything else sees them, and adds the CORS headers to all other answers. */
export function withCors(handler: HttpHandler, options: CorsOptions): HttpHandler {
  if (options.origins.length === 0) return handler;
  return async (request) => {
    const { isAllowed, headers } = corsOf(request, options);
    if (isPreflight(request)) {
      return { status: 204, headers: isAllowed ? [...headers, ...preflightHeaders(request)] : headers };
    }
    const response = await handler(request);
    return response && { ...response, headers: [...response.headers, ...headers] };
  };
}

function isPreflight(request: HostRequest): boolean {
  return request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
}

/**
 * What the answer says to the request's origin. A cache must not hand on what was said to one origin, or to none, to another:
 * where every origin is allowed, all get the same, asked or not; else each answer tells what it depends on, refusals too.
 */
function corsOf(request: HostRequest, { origins, credentials }: CorsOptions): { isAllowed: boolean; headers: Headers } {
  if (origins.includes("*")) return { isAllowed: true, headers: [["Access-Control-Allow-Origin", "*"]] };
  const origin = request.headers["origin"];
  if (origin === undefined || !origins.some((each) => each.toLowerCase() === origin.toLowerCase())) {
    return { isAllowed: false, headers: [VARY] };
  }
  const headers: Headers = [["Access-Control-Allow-Origin", origin], VARY];
  return {
    isAllowed: true,
    headers: credentials ? [...headers, ["Access-Control-Allow-Credentials", "true"]] : headers,
  };
}

function preflightHeaders({ headers }: HostRequest): Headers {
  const requested = headers["access-control-request-headers"];
  const method = headers["access-control-request-method"] ?? "*";
  const allowed: Headers = [["Access-Control-Allow-Methods", method]];
  return requested === undefined ? allowed : [...allowed, ["Access-Control-Allow-Headers", requested]];
}

import { FOR_ONE_ORIGIN, withoutHeaders, httpUrl, type CallHttpRequest, type HttpHeaders } from "./http-messages";

/** Version of the upstream extension that requests name as their sender: servers may have rules for that. */
const USER_AGENT = "Microsoft.Azure.WebJobs.Extensions.DurableTask/3.13.0";

const AZURE_TOKEN = "AzureManagedIdentity";

/** A request as it goes out on the wire. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: HttpHeaders;
  readonly body?: string;
}

/** Headers that describe the body; what they say follows from it. */
const ABOUT_BODY: ReadonlySet<string> = new Set(["content-type", "content-length", "transfer-encoding"]);

/** Reads the input of the activity. Throws an Error, with what is wrong in words for the app's author. */
export function readRequest(input: string | null): CallHttpRequest {
  const value: unknown = JSON.parse(input ?? "null");
  // Upstream keeps activity inputs as a list of one, also in stores that both can open.
  const request: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof request !== "object" || request === null) throw new Error("callHttp was given no request.");
  const { method, uri, content, headers, tokenSource } = request as Record<string, unknown>;
  if (typeof method !== "string") throw new Error(`callHttp was given no method, but ${JSON.stringify(method)}.`);
  if (typeof uri !== "string" || !httpUrl(uri)) {
    throw new Error(`callHttp needs an absolute http or https URL, and was given ${JSON.stringify(uri)}.`);
  }
  return {
    method,
    uri,
    ...(content === undefined || content === null ? {} : { content: textOf(content) }),
    headers: readHeaders(headers),
    ...(tokenSource === undefined || tokenSource === null ? {} : { tokenSource: readTokenSource(tokenSource) }),
  };
}

function readHeaders(value: unknown): HttpHeaders {
  if (typeof value !== "object" || value === null) return {};
  const given = Object.entries(value).filter(([, content]) => content !== undefined && content !== null);
  return Object.fromEntries(
    given.map(([name, content]) => [name, Array.isArray(content) ? content.map(textOf) : textOf(content)]),
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function readTokenSource(value: unknown): NonNullable<CallHttpRequest["tokenSource"]> {
  const { kind, resource } = value as { readonly kind?: unknown; readonly resource?: unknown };
  if (kind !== AZURE_TOKEN || typeof resource !== "string") {
    throw new Error(
      `callHttp has tokens from { kind: "${AZURE_TOKEN}", resource: "…" } only, and was given ${JSON.stringify(value)}.`,
    );
  }
  return { kind, resource };
}

/** The request with the headers that go on the wire (contract §2.5, callHttp). Throws for multipart content. */
export function outgoingRequest(request: CallHttpRequest, token?: string): OutgoingRequest {
  const { method, uri, content, headers: given = {} } = request;
  const named = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  const contentType = [named.get("content-type") ?? "text/plain"].flat()[0] ?? "";
  if (contentType.toLowerCase().includes("multipart")) {
    throw new Error("Multipart content is not supported with callHttp.");
  }
  const dropped = new Set([...ABOUT_BODY, ...(token === undefined ? [] : ["authorization"])]);
  const headers = {
    ...withoutHeaders(given, dropped),
    ...(named.has("user-agent") ? {} : { "User-Agent": USER_AGENT }),
    ...(content === undefined ? {} : { "Content-Type": contentType }),
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
  };
  return {
    method: method.toUpperCase(),
    url: new URL(uri),
    headers,
    ...(content === undefined ? {} : { body: content }),
  };
}

/**
 * The request that a redirect asks for; undefined when the answer is none that can be followed, which then is the result.
 * A redirect from https to http is not followed: what was meant to be private would travel in the open.
 */
export function redirected(
  { method, url, headers, body }: OutgoingRequest,
  status: number,
  location: string | undefined,
): OutgoingRequest | undefined {
  if (![300, 301, 302, 303, 307, 308].includes(status) || !location) return undefined;
  const target = httpUrl(location, url.href);
  if (!target || (url.protocol === "https:" && target.protocol === "http:")) return undefined;
  const allowed = target.origin === url.origin ? headers : withoutHeaders(headers, FOR_ONE_ORIGIN);
  const becomesGet = status === 303 ? method !== "HEAD" : status < 307 && method === "POST";
  if (!becomesGet) return { method, url: target, headers: allowed, ...(body === undefined ? {} : { body }) };
  return { method: "GET", url: target, headers: withoutHeaders(allowed, ABOUT_BODY) };
}

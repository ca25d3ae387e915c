/** Name of the activity that sends the requests of `context.df.callHttp`; the host runs it itself (contract §2.4). */
export const HTTP_ACTIVITY = "BuiltIn::HttpActivity";

/** Header names as they were written; compare them without case. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[]>>;

/** A request of `context.df.callHttp`, as the SDK asks for it (contract §2.3, action 8) and the store keeps it. */
export interface CallHttpRequest {
  readonly method: string;
  readonly uri: string;
  readonly content?: string;
  readonly headers?: HttpHeaders;
  /** Where the bearer token comes from; it is had when the request is sent, and never stored. */
  readonly tokenSource?: { readonly kind: string; readonly resource: string };
  readonly asynchronousPatternEnabled?: boolean;
}

/** The answer as the orchestrator gets it (contract §2.5, callHttp). */
export interface CallHttpResponse {
  readonly statusCode: number;
  readonly headers: HttpHeaders;
  readonly content: string;
}

/** Headers that must not reach another origin than the one they were meant for; `host` names that one. */
export const FOR_ONE_ORIGIN: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "host",
  "proxy-authorization",
  "x-functions-key",
]);

/** The value of a header, whatever its case; of several values the first. */
export function headerValue(headers: HttpHeaders, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const key = Object.keys(headers).find((candidate) => candidate.toLowerCase() === wanted);
  const value = key === undefined ? undefined : headers[key];
  return typeof value === "string" ? value : value?.[0];
}

/** The headers that are not named; `names` are in lower case. */
export function withoutHeaders(headers: HttpHeaders, names: ReadonlySet<string>): HttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name.toLowerCase())));
}

/** An absolute http or https URL; undefined when it is none. */
export function httpUrl(uri: string, base?: string): URL | undefined {
  if (!URL.canParse(uri, base)) return undefined;
  const url = new URL(uri, base);
  return url.protocol === "http:" || url.protocol === "https:" ? url : undefined;
}

import {
  FOR_ONE_ORIGIN,
  headerValue,
  httpUrl,
  withoutHeaders,
  type CallHttpRequest,
  type CallHttpResponse,
} from "./http-messages";

/** Delay between polls unless the answer or host.json says otherwise (contract §1). */
export const DEFAULT_HTTP_POLL_MS = 30_000;

/** The last time a Date can hold, in milliseconds since the epoch. */
const LAST_TIME = 8.64e15;

/** A key of the function that was asked first, of no use to a status endpoint. */
const NEVER_REPEATED: ReadonlySet<string> = new Set(["x-functions-key"]);

/** What a 202 answer tells the SDK to do: it polls when there is a Location, whatever that holds. */
type AnswerMeaning =
  | { readonly type: "final" }
  /** The SDK would poll, and there is nothing that could be asked. */
  | { readonly type: "unusableLocation" }
  | { readonly type: "pending"; readonly location: string };

/** Reads the answer to a polling request that went to `uri` (contract §2.5, callHttp). */
export function meaningOf(response: CallHttpResponse, uri: string): AnswerMeaning {
  const location = headerValue(response.headers, "location");
  if (response.statusCode !== 202 || !location) return { type: "final" };
  const url = httpUrl(location, uri);
  return url ? { type: "pending", location: url.href } : { type: "unusableLocation" };
}

/** The answer as the SDK takes it for final, although it has a Location. */
export function withoutLocation(response: CallHttpResponse): CallHttpResponse {
  return { ...response, headers: withoutHeaders(response.headers, new Set(["location"])) };
}

/**
 * When to poll next, in milliseconds since the epoch: `Retry-After` as whole seconds or as an HTTP date, else the default.
 * Other texts are no delay: a date without GMT would depend on where the worker runs.
 */
export function pollTime(response: CallHttpResponse, now: number, defaultMs: number): number {
  const retryAfter = headerValue(response.headers, "retry-after")?.trim() ?? "";
  if (/^\d+$/.test(retryAfter)) return Math.min(now + Number(retryAfter) * 1000, LAST_TIME);
  const date = retryAfter.endsWith("GMT") ? Date.parse(retryAfter) : Number.NaN;
  return Number.isNaN(date) ? now + defaultMs : Math.max(now, date);
}

/**
 * The request that asks `location` how the work goes on: a GET with the headers of the first request.
 *
 * Credentials go only to the origin that the app itself named: whoever answers 202 chooses the location, and could
 * otherwise have them sent to a place of its own. Judged against the first request, so that a detour changes nothing.
 */
export function pollRequest(first: CallHttpRequest, location: string): CallHttpRequest {
  const { headers, tokenSource } = first;
  const sameOrigin = httpUrl(first.uri)?.origin === new URL(location).origin;
  return {
    method: "GET",
    uri: location,
    ...(headers && { headers: withoutHeaders(headers, sameOrigin ? NEVER_REPEATED : FOR_ONE_ORIGIN) }),
    ...(tokenSource && sameOrigin && { tokenSource }),
    asynchronousPatternEnabled: true,
  };
}

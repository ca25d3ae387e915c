import type { HttpAnswer } from "../wire/messages";
import { setCookieValue, type Cookie } from "./set-cookie";

/** A handler's result, translated: head and body apart. */
export interface HttpReply {
  readonly status: number;
  readonly headers: HttpAnswer["headers"];
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
}

/** What the handler may return: an object literal, or a response object of any copy of `@azure/functions`. */
interface HandlerResult {
  readonly status?: unknown;
  readonly headers?: unknown;
  readonly cookies?: unknown;
  readonly body?: unknown;
  readonly jsonBody?: unknown;
}

/** What the platform takes; it checks what it is given, and throws. */
type HeadersSource = ConstructorParameters<typeof Headers>[0];
type BodySource = ConstructorParameters<typeof Response>[0];

const NULL_BODY_STATUSES: ReadonlySet<number> = new Set([204, 205, 304]);

/** They concern one connection, so that only the host can set them. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "trailers",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Translates what an HTTP function returned (contract §2.5): undefined is 204, an object a response; anything else,
 * and an object that cannot be one, throws, which becomes 500. The rules are those of the Fetch `Response`, with
 * which `@azure/functions` builds it; texts, bytes and JSON take a way that does not need the object.
 */
export function toHttpReply(result: unknown): HttpReply {
  if (result === undefined || result === null) return { status: 204, headers: [], body: undefined };
  if (typeof result !== "object") {
    throw new TypeError(
      'The HTTP response must be an object with optional properties "body", "status", "headers", and "cookies".',
    );
  }
  const { status: given, headers: givenHeaders, cookies, body: givenBody, jsonBody }: HandlerResult = result;
  const status = toStatus(given);
  const headers =
    givenHeaders === undefined || givenHeaders === null ? undefined : new Headers(givenHeaders as HeadersSource);
  const { body, contentType } = NULL_BODY_STATUSES.has(status)
    ? NO_BODY
    : jsonBody === undefined || jsonBody === null
      ? toBody(givenBody)
      : { body: JSON.stringify(jsonBody), contentType: "application/json" };
  return { status, headers: headerList(headers, contentType, cookies), body };
}

const NO_BODY: { body: HttpReply["body"]; contentType?: string } = { body: undefined };

function toStatus(given: unknown): number {
  if (given === undefined) return 200;
  const status = Number(given);
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new RangeError(`The HTTP status must be an integer from 200 to 599, not ${String(given)}.`);
  }
  return status;
}

function headerList(
  headers: Headers | undefined,
  contentType: string | undefined,
  cookies: unknown,
): HttpAnswer["headers"] {
  const list: [string, string][] = [];
  if (headers !== undefined) {
    for (const [name, value] of headers) if (!CONNECTION_HEADERS.has(name)) list.push([name, value]);
  }
  if (contentType !== undefined && headers?.has("content-type") !== true) list.push(["content-type", contentType]);
  if (Array.isArray(cookies)) {
    for (const cookie of cookies as Cookie[]) list.push(["set-cookie", setCookieValue(cookie)]);
  }
  return list;
}

function toBody(given: unknown): { body: HttpReply["body"]; contentType?: string } {
  if (given === undefined || given === null) return NO_BODY;
  if (typeof given === "string") return { body: given, contentType: "text/plain;charset=UTF-8" };
  if (given instanceof Uint8Array) return { body: given };
  if (given instanceof ReadableStream) return { body: readStream(given) };
  if (isAsyncIterable(given)) return { body: asBytes(given) };
  // FormData, URLSearchParams, Blob, ArrayBuffer: the platform knows how they are written.
  const response = new Response(given as BodySource);
  const contentType = response.headers.get("content-type") ?? undefined;
  return {
    body: response.body === null ? undefined : readStream(response.body),
    ...(contentType !== undefined && { contentType }),
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** An iterator of which `return` reaches the source at once, also while a `next` is pending. */
function readStream(stream: ReadableStream<unknown>): AsyncIterable<Uint8Array> {
  const reader = stream.getReader();
  const iterator: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      const { done, value } = await reader.read();
      return done ? { done, value: undefined } : { done, value: toBytes(value) };
    },
    async return() {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
  return iterator;
}

async function* asBytes(source: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const piece of source) yield toBytes(piece);
}

function toBytes(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  if (typeof piece === "string") return Buffer.from(piece);
  if (ArrayBuffer.isView(piece)) return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
  if (piece instanceof ArrayBuffer) return new Uint8Array(piece);
  throw new TypeError("A piece of the response body is neither bytes nor text.");
}

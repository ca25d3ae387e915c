import { TextDecoder } from "node:util";
import { headerValue, httpUrl, type CallHttpResponse } from "./http-messages";

/** An answer as it came in from the wire. */
export interface WireResponse {
  readonly status: number;
  /** Names and values in turn, as `IncomingMessage.rawHeaders`. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

/** Headers that upstream counts to the content and does not hand out. */
const CONTENT_HEADERS: ReadonlySet<string> = new Set([
  "allow",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-length",
  "content-location",
  "content-md5",
  "content-range",
  "content-type",
  "expires",
  "last-modified",
]);

/**
 * What the orchestrator gets of an answer (contract §2.5, callHttp): header names as they were sent, several values of one
 * name as a list. `redirectedTo`: where the answer came from, if not from where it was asked; a relative Location is
 * relative to that, and the orchestrator could not know.
 */
export function responseResult(response: WireResponse, redirectedTo?: URL): CallHttpResponse {
  const all = headersOf(response.rawHeaders);
  const headers = new Map([...all].filter(([name]) => !CONTENT_HEADERS.has(name)).map(([, header]) => header));
  const location = all.get("location");
  const target = redirectedTo && location && httpUrl(String(location[1]), redirectedTo.href);
  if (target) headers.set(location[0], target.href);
  return {
    statusCode: response.status,
    headers: Object.fromEntries(headers),
    content: decode(response.body, headerValue(Object.fromEntries(all.values()), "content-type")),
  };
}

/** Name and value of each header, by the name in lower case. */
function headersOf(rawHeaders: readonly string[]): Map<string, readonly [string, string | readonly string[]]> {
  const headers = new Map<string, readonly [string, string | readonly string[]]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = "", value = ""] = rawHeaders.slice(index, index + 2);
    const known = headers.get(name.toLowerCase());
    headers.set(name.toLowerCase(), known ? [known[0], [known[1], value].flat()] : [name, value]);
  }
  return headers;
}

function decode(body: Uint8Array, contentType: string | undefined): string {
  const charset = /;\s*charset="?([^\s;"]+)/i.exec(contentType ?? "")?.[1] ?? "utf-8";
  return decoderFor(charset).decode(body);
}

function decoderFor(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    // A name nobody knows; nearly everything is UTF-8.
    return new TextDecoder();
  }
}

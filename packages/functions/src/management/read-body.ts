import type { HostRequest } from "../http/types";

/** Outcome of reading a body: its text, or that it is larger than the host takes. */
export type BodyText = { readonly type: "text"; readonly text: string } | { readonly type: "tooLarge" };

const EMPTY: BodyText = { type: "text", text: "" };
const TOO_LARGE: BodyText = { type: "tooLarge" };
const BYTE_ORDER_MARK = "\uFEFF";

/** Reads a body as UTF-8 text of at most `limit` bytes. A declared length over the limit is refused unread. */
export async function readBody(request: HostRequest, limit: number): Promise<BodyText> {
  const declared = request.headers["content-length"];
  if (declared === "0") return EMPTY;
  if (declared !== undefined && Number(declared) > limit) return TOO_LARGE;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.byteLength;
    if (length > limit) return TOO_LARGE;
    chunks.push(chunk);
  }
  if (length === 0) return EMPTY;
  return { type: "text", text: decode(chunks, length) };
}

function decode(chunks: readonly Uint8Array[], length: number): string {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, length);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** Tells whether a text is JSON. The text itself is what gets stored, so that nothing is lost by a round trip. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Tells whether a Content-Type says JSON, parameters aside. */
export function saysJson(contentType: string | undefined): boolean {
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  return type === "application/json";
}

/** How the text of a queue message stands for its bytes (contract §5.2, `messageEncoding`). */
export type MessageEncoding = "base64" | "none";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function encodeMessage(content: string | Buffer, encoding: MessageEncoding): string {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return bytes.toString(encoding === "base64" ? "base64" : "utf8");
}

/** The bytes that a message's text stands for; undefined: it is not in this encoding. */
export function decodeMessage(text: string, encoding: MessageEncoding): Buffer | undefined {
  if (encoding === "none") return Buffer.from(text);
  const compact = text.replaceAll(/\s/g, "");
  return BASE64.test(compact) ? Buffer.from(compact, "base64") : undefined;
}

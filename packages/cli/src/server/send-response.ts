import type { ServerResponse } from "node:http";
import type { HostResponse } from "@durable-host/functions";

/** Headers that belong to the connection; the server sets them itself. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade"]);

/** Statuses that never have a body, nor a Content-Length. */
function hasNoBody(status: number): boolean {
  return status === 204 || status === 304 || status < 200;
}

/** Sends a response: bodies that are known go out in one write with the head. Rejects when a streamed body fails. */
export async function sendResponse(target: ServerResponse, response: HostResponse): Promise<void> {
  const { status, body } = response;
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) {
    const bytes = body === undefined ? 0 : typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
    target.writeHead(status, head(response, hasNoBody(status) ? undefined : bytes));
    if (body === undefined || hasNoBody(status)) target.end();
    else target.end(body);
    return;
  }
  target.writeHead(status, head(response, undefined));
  await sendStream(target, body);
}

function head({ headers }: HostResponse, contentLength: number | undefined): string[] {
  const flat: string[] = [];
  let hasLength = false;
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (CONNECTION_HEADERS.has(lower)) continue;
    hasLength ||= lower === "content-length";
    flat.push(name, value);
  }
  if (contentLength !== undefined && !hasLength) flat.push("Content-Length", String(contentLength));
  return flat;
}

/** Writes chunk by chunk at the pace of the client; a client that goes away ends the source. */
async function sendStream(target: ServerResponse, body: AsyncIterable<Uint8Array>): Promise<void> {
  target.flushHeaders();
  for await (const chunk of body) {
    if (target.destroyed) return;
    if (!target.write(chunk)) await drained(target);
  }
  target.end();
}

function drained(target: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      target.off("drain", done);
      target.off("close", done);
      resolve();
    };
    target.once("drain", done);
    target.once("close", done);
  });
}

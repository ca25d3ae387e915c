import { request as requestHttp, type ClientRequest, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import type { Duplex } from "node:stream";
import type { OutgoingRequest } from "./outgoing-request";
import type { WireResponse } from "./response-result";

/**
 * Sends one request and reads its answer whole. Rejects with the error of the connection, with that of an aborted signal,
 * or when the answer is longer than `maxBytes`.
 *
 * Node's own client rather than fetch: it leaves header names as they were sent, which apps look up by name, sends a body
 * with any method and adds no headers of its own, all as the upstream host does.
 */
export async function exchange(
  outgoing: OutgoingRequest,
  signal: AbortSignal,
  maxBytes: number,
): Promise<WireResponse> {
  const request = begin(outgoing, signal);
  let response: IncomingMessage;
  try {
    response = await answerTo(request);
  } catch (error) {
    // The server has closed a connection that was kept for the next request, and could not know of this one.
    if (request.reusedSocket && isClosed(error)) return exchange(outgoing, signal, maxBytes);
    throw error;
  }
  return {
    status: response.statusCode ?? 0,
    rawHeaders: response.rawHeaders,
    body: await readBody(response, maxBytes),
  };
}

function begin({ method, url, headers, body }: OutgoingRequest, signal: AbortSignal): ClientRequest {
  const send = url.protocol === "https:" ? requestHttps : requestHttp;
  const lists = Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]);
  // Node frames the body of a GET only when told its length.
  if (body !== undefined) lists.push(["Content-Length", String(Buffer.byteLength(body))]);
  const options = { method, signal, headers: Object.fromEntries(lists) as Record<string, string | string[]> };
  const request = send(url, options);
  // An error after the answer has begun comes from reading it.
  request.on("error", () => {});
  request.end(body);
  return request;
}

/** Without a listener for it, Node closes a connection that is to speak another protocol, and says nothing at all. */
function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const refuse = ({ statusCode }: IncomingMessage, socket: Duplex): void => {
      socket.destroy();
      reject(new Error(`the server answered ${statusCode} to speak another protocol, which callHttp does not`));
    };
    request.once("response", resolve).once("error", reject).once("upgrade", refuse).once("connect", refuse);
  });
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes)
      throw new Error(`the answer is longer than ${maxBytes} bytes, which is all that callHttp takes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function isClosed(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === "ECONNRESET" || code === "EPIPE";
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { Server as NetServer, type AddressInfo, type Socket } from "node:net";
import type { SecureContextOptions } from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";
import { DurableHostError, type Logger } from "@durable-host/engine";
import type { HostResponse, HttpHandler } from "@durable-host/functions";
import { NodeRequest, type TrustedHeaders } from "./node-request";
import { sendResponse } from "./send-response";

export interface HttpListenerOptions {
  readonly handler: HttpHandler;
  /** `localhost` listens on IPv4 and, where there is one, on IPv6. */
  readonly address: string;
  /** 0: the system chooses one. */
  readonly port: number;
  /** Largest request body in bytes; larger ones are answered 413 whatever the handler says. */
  readonly bodyLimit: number;
  /** Absent: no header is believed. */
  readonly trusted?: TrustedHeaders;
  /** Certificate and key, for https; absent: http. */
  readonly tls?: SecureContextOptions | undefined;
  readonly logger: Logger;
  /** The process may end although it listens; default: it stays. */
  readonly isBackground?: boolean;
}

export interface HttpListener {
  readonly port: number;
  /**
   * After a moment in which requests that are on their way still arrive: takes no new connections and ends each open one with
   * its next answer. Resolves when the answers that are due have been sent, or after `graceMs` without them.
   */
  drain(graceMs: number): Promise<void>;
  /** Takes nothing more; resolves when the answers that are due have been sent, or after `graceMs` without them. */
  close(graceMs: number): Promise<void>;
}

/** What a request needs to know of its listener. */
interface Serving extends HttpListenerOptions {
  isDraining: boolean;
  /** All open connections. */
  readonly sockets: Set<Socket>;
}

const TRUST_NOBODY: TrustedHeaders = { forwarded: false, principal: false };

const NOT_FOUND: HostResponse = { status: 404, headers: [] };
const BAD_REQUEST: HostResponse = { status: 400, headers: [] };
const TOO_LARGE: HostResponse = {
  status: 413,
  headers: [["Content-Type", "text/plain; charset=utf-8"]],
  body: "The request body is larger than this host takes; the app setting FUNCTIONS_REQUEST_BODY_SIZE_LIMIT raises the limit.",
};
const FAILED: HostResponse = { status: 500, headers: [] };

/** Time for requests that were sent before their sender could know that the host stops. */
const LATE_REQUESTS_MS = 250;

/** Idle connections are kept for clients that pause between requests. */
const KEEP_ALIVE_MS = 65_000;
/** How long a client may go on sending what nobody reads. */
const LONGEST_DROP_MS = 10_000;

/** The only place that knows node:http. Rejects with CONFIG_INVALID when the port cannot be used. */
export async function listenHttp(options: HttpListenerOptions): Promise<HttpListener> {
  const serving: Serving = { ...options, isDraining: false, sockets: new Set() };
  const servers = await listenOnAll(serving);
  let refusing: Promise<unknown> | undefined;
  /** Resolves when there is no connection left. */
  const refuse = (): Promise<unknown> => {
    serving.isDraining = true;
    return (refusing ??= Promise.all(servers.map(refuseConnections)));
  };
  const closeIdle = (): void => {
    for (const server of servers) server.closeIdleConnections();
    // Opened in advance, as browsers do: for node:http they are busy.
    for (const socket of serving.sockets) if (socket.bytesRead === 0) socket.destroy();
  };
  return {
    port: portOf(servers[0]),
    async drain(graceMs) {
      // Connections are left alone as long as new ones are taken: their clients would only make others.
      await sleep(Math.min(LATE_REQUESTS_MS, graceMs));
      const timeUp = sleep(graceMs, undefined, { ref: false });
      // Again and again: an answer that began before has not said that its connection ends.
      const closing = setInterval(closeIdle, LATE_REQUESTS_MS);
      await Promise.race([refuse(), timeUp]);
      clearInterval(closing);
    },
    async close(graceMs) {
      const timeout = setTimeout(() => servers.forEach((server) => server.closeAllConnections()), graceMs);
      const refused = refuse();
      closeIdle();
      await refused;
      clearTimeout(timeout);
    },
  };
}

async function listenOnAll(serving: Serving): Promise<readonly [Server, ...Server[]]> {
  const isLocalhost = serving.address === "localhost";
  const first = await listen(serving, isLocalhost ? "127.0.0.1" : serving.address, serving.port);
  if (!isLocalhost) return [first];
  try {
    return [first, await listen(serving, "::1", portOf(first))];
  } catch (error) {
    if (isMissingAddress(error)) return [first];
    const refused = refuseConnections(first);
    first.closeAllConnections();
    await refused;
    throw error;
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function listen(serving: Serving, address: string, port: number): Promise<Server> {
  const onRequest = (message: IncomingMessage, response: ServerResponse) => void serve(serving, message, response);
  const server = serving.tls ? createTlsServer(serving.tls, onRequest) : createServer(onRequest);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 1000;
  server.requestTimeout = 0;
  server.on("connection", (socket) => {
    serving.sockets.add(socket);
    socket.once("close", () => serving.sockets.delete(socket));
  });
  if (serving.isBackground) server.on("connection", (socket) => socket.unref()).unref();
  return new Promise((resolve, reject) => {
    // Once it listens, what fails is a connection that could not be taken: others can.
    server.on("error", (error) => reject(listenError(error, address, port)));
    server.listen({ host: address, port, backlog: 1024 }, () => resolve(server));
  });
}

async function serve(serving: Serving, message: IncomingMessage, response: ServerResponse): Promise<void> {
  let answer: HostResponse | undefined;
  try {
    answer = await answerTo(serving, message, response);
    if (response.destroyed) return leave(answer);
    if (serving.isDraining) response.shouldKeepAlive = false;
    if (!message.complete) dropBody(message);
    await sendResponse(response, answer);
  } catch (error) {
    leave(answer);
    fail(serving.logger, message, response, error);
  }
}

/** An answer that is not sent, or not to its end: whoever makes its body is told that nobody reads it. */
function leave(answer: HostResponse | undefined): void {
  const body = answer?.body;
  if (typeof body !== "object" || body instanceof Uint8Array) return;
  // Not awaited: a source that hangs would never say that it has stopped.
  body[Symbol.asyncIterator]()
    .return?.()
    .then(undefined, () => undefined);
}

async function answerTo(
  { handler, bodyLimit, trusted = TRUST_NOBODY }: Serving,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<HostResponse> {
  let request: NodeRequest;
  try {
    request = new NodeRequest(message, response, bodyLimit, trusted);
  } catch {
    return BAD_REQUEST;
  }
  if (request.isTooLarge) return TOO_LARGE;
  try {
    const answer = (await handler(request)) ?? NOT_FOUND;
    if (!request.isTooLarge) return answer;
    leave(answer);
    return TOO_LARGE;
  } catch (error) {
    if (request.isTooLarge) return TOO_LARGE;
    throw error;
  }
}

/**
 * The answer is known before the body has arrived (a 413, for one): the rest is dropped. For a while, since the end of the
 * connection would take the answer from a client that is still sending.
 */
function dropBody(message: IncomingMessage): void {
  const timer = setTimeout(() => message.socket.destroy(), LONGEST_DROP_MS);
  message.once("close", () => clearTimeout(timer));
  // With a reader's listener for it, what arrives would wait to be read.
  message.removeAllListeners("readable");
  message.resume();
}

function fail(logger: Logger, message: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  logger.error(`${message.method} ${message.url} could not be answered.`, { error });
  if (response.headersSent) response.destroy();
  else sendResponse(response, FAILED).catch(() => response.destroy());
}

/**
 * Takes no new connections; resolves when the last one has ended. The close of node:http would also cut those that look idle,
 * though a request may be on its way in them.
 */
function refuseConnections(server: Server): Promise<void> {
  return new Promise((resolve) => {
    NetServer.prototype.close.call(server, () => {
      // What node:http has running beside the connections ends with its own close.
      server.close();
      resolve();
    });
  });
}

function isMissingAddress(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return cause?.code === "EADDRNOTAVAIL" || cause?.code === "EAFNOSUPPORT";
}

function listenError(cause: NodeJS.ErrnoException, address: string, port: number): Error {
  const message =
    cause.code === "EADDRINUSE"
      ? `Port ${port} is unavailable. Close the process using that port, or specify another port using --port [-p].`
      : `The host cannot listen on ${address}, port ${port} (${cause.code}). Specify another with --address and --port.`;
  return new DurableHostError("CONFIG_INVALID", message, { cause });
}

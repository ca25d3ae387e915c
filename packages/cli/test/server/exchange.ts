import { ErrorRecorder } from "@durable-host/testkit";
import { connect } from "node:net";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import type { HostRequest, HttpHandler } from "@durable-host/functions";
import { listenHttp, type HttpListener, type HttpListenerOptions } from "../../src/server/http-listener";

/** Listeners of a test; `closeAll` leaves no socket behind. */
export class Listeners {
  readonly logger = new ErrorRecorder();
  readonly #open: HttpListener[] = [];

  async listen(
    handler: HttpHandler,
    options: Partial<Pick<HttpListenerOptions, "address" | "port" | "bodyLimit" | "trusted" | "tls">> = {},
  ): Promise<HttpListener> {
    const listener = await listenHttp({
      handler,
      address: "127.0.0.1",
      port: 0,
      bodyLimit: 10_000_000,
      logger: this.logger,
      ...options,
    });
    this.#open.push(listener);
    return listener;
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((listener) => listener.close(0)));
  }
}

export interface Exchange {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a request over a connection of its own. */
export function send(
  port: number,
  options: { method?: string; path?: string; headers?: Record<string, string>; body?: string; host?: string } = {},
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const { method = "GET", path = "/", headers = {}, body, host = "127.0.0.1" } = options;
    const request = httpRequest({ host, port, method, path, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Writes bytes to a socket as they are; resolves to all that comes back until the server closes. */
export function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.write(text));
    socket.setEncoding("utf8");
    socket.on("data", (part: string) => (received += part));
    socket.on("close", () => resolve(received));
    socket.on("error", reject);
  });
}

/** All of a request's body. */
export async function readAll(request: HostRequest): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A promise with its handles. */
export function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

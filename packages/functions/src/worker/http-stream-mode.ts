import { EventEmitter } from "node:events";
import http from "node:http";
import { Readable } from "node:stream";

/** The listener that `@azure/functions` gave to its proxy server. */
export interface StreamModeServer {
  /**
   * Announces a request to the library, which then hands it to the handler of that invocation. The library takes
   * method, URL, `x-forwarded-*` headers and body from it; params and headers come with the trigger metadata.
   */
  announce(request: StreamModeRequest): void;
}

export interface StreamModeRequest {
  readonly invocationId: string;
  readonly method: string;
  readonly url: URL;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Never listened on; only a port the library believes in. */
const UNUSED_PORT = 1;

/**
 * Catches the HTTP server that `@azure/functions` opens, on all interfaces, when the app calls
 * `app.setup({ enableHttpStream: true })` (contract §1.7, third shortcut): requests are handed to its listener
 * directly, and no port is opened. In force until `finish`, which tells whether there was one.
 */
export function captureHttpServer(): { finish(): StreamModeServer | undefined } {
  const original = http.createServer;
  let captured: CapturedServer | undefined;
  http.createServer = (() => {
    captured = new CapturedServer();
    return captured;
  }) as unknown as typeof http.createServer;
  return {
    finish() {
      http.createServer = original;
      const server = captured;
      if (server === undefined) return undefined;
      return { announce: (request) => void server.emit("request", proxiedRequest(request), discardedResponse()) };
    },
  };
}

class CapturedServer extends EventEmitter {
  listen(...args: unknown[]): this {
    const callback = args.at(-1);
    if (typeof callback === "function") setImmediate(() => void callback());
    return this;
  }

  address(): { port: number } {
    return { port: UNUSED_PORT };
  }

  close(): this {
    return this;
  }
}

function proxiedRequest(request: StreamModeRequest): Readable {
  const { invocationId, method, url, body } = request;
  const readable = Readable.from(body, { objectMode: false });
  // A client that goes away while the handler does not read must not become an uncaught error.
  readable.on("error", () => undefined);
  return Object.assign(readable, {
    method,
    url: url.pathname + url.search,
    headers: {
      "x-ms-invocation-id": invocationId,
      "x-forwarded-host": url.host,
      "x-forwarded-proto": url.protocol.slice(0, -1),
    },
  });
}

/** The library writes a response here so that it forgets the request; the real one took another way. */
function discardedResponse(): object {
  return { statusCode: 0, setHeader: () => undefined, write: () => true, end: () => undefined };
}

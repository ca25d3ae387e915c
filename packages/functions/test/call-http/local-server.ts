import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real HTTP server on a free port of this machine, for requests that go over a socket. */
export class LocalServer {
  readonly #server: Server;
  #port = 0;
  readonly seen: SeenRequest[] = [];

  private constructor(answer: (request: SeenRequest, response: ServerResponse) => void) {
    this.#server = createServer((request, response) => {
      const { method = "", url = "", headers } = request;
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => (body += text));
      request.on("end", () => {
        const seen = { method, path: url, headers, body };
        this.seen.push(seen);
        answer(seen, response);
      });
    });
  }

  static async start(answer: (request: SeenRequest, response: ServerResponse) => void, port = 0): Promise<LocalServer> {
    const local = new LocalServer(answer);
    local.#server.listen(port, "127.0.0.1");
    await once(local.#server, "listening");
    local.#port = (local.#server.address() as AddressInfo).port;
    return local;
  }

  /** Stays what it was when the server has stopped. */
  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}

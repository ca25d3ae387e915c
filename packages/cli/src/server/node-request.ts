import type { IncomingMessage, ServerResponse } from "node:http";
import type { HostRequest } from "@durable-host/functions";
import { RequestBody } from "./request-body";

/** An IncomingMessage as the host passes requests around. What costs something is made when it is first asked for. */
export class NodeRequest implements HostRequest {
  readonly method: string;
  readonly url: URL;
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #bodyLimit: number;
  #body: RequestBody | undefined;
  #abort: AbortController | undefined;

  /**
   * @param bodyLimit largest body in bytes
   * @throws TypeError when target and Host header make no URL
   */
  constructor(message: IncomingMessage, response: ServerResponse, bodyLimit: number) {
    this.#message = message;
    this.#response = response;
    this.#bodyLimit = bodyLimit;
    this.method = message.method ?? "GET";
    this.url = requestUrl(message);
  }

  get headers(): Readonly<Record<string, string>> {
    // Only `set-cookie`, which requests do not have, is ever a list; Node joins all other repeated headers.
    return this.#message.headers as Readonly<Record<string, string>>;
  }

  get body(): AsyncIterable<Uint8Array> {
    return (this.#body ??= new RequestBody(this.#message, this.#bodyLimit));
  }

  /** The client has declared, or already sent, more than the host takes. */
  get isTooLarge(): boolean {
    return Number(this.#message.headers["content-length"] ?? 0) > this.#bodyLimit || this.#body?.isTooLarge === true;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const abort = new AbortController();
      this.#abort = abort;
      const response = this.#response;
      if (response.destroyed && !response.writableFinished) abort.abort();
      else response.once("close", () => response.writableFinished || abort.abort());
    }
    return this.#abort.signal;
  }
}

function requestUrl(message: IncomingMessage): URL {
  const target = message.url ?? "/";
  if (!target.startsWith("/")) return new URL(target);
  return new URL(`http://${message.headers.host ?? "localhost"}${target}`);
}

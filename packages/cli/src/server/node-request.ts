import type { IncomingMessage, ServerResponse } from "node:http";
import type { HostRequest } from "@durable-host/functions";
import { RequestBody } from "./request-body";

/** Headers of requests that are believed, because something in front of the host sets them. */
export interface TrustedHeaders {
  /** `X-Forwarded-Proto` and `X-Forwarded-Host`. */
  readonly forwarded: boolean;
  /** `x-ms-client-principal` and its like: who is signed in. */
  readonly principal: boolean;
}

const PRINCIPAL_HEADERS = [
  "x-ms-client-principal",
  "x-ms-client-principal-id",
  "x-ms-client-principal-name",
  "x-ms-client-principal-idp",
] as const;

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
  constructor(message: IncomingMessage, response: ServerResponse, bodyLimit: number, trusted: TrustedHeaders) {
    this.#message = message;
    this.#response = response;
    this.#bodyLimit = bodyLimit;
    this.method = message.method ?? "GET";
    this.url = requestUrl(message, trusted);
    if (!trusted.principal) for (const name of PRINCIPAL_HEADERS) delete message.headers[name];
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

function requestUrl(message: IncomingMessage, { forwarded }: TrustedHeaders): URL {
  const target = message.url ?? "/";
  if (!target.startsWith("/")) return new URL(target);
  const scheme = forwarded ? lastOf(message.headers["x-forwarded-proto"]) : undefined;
  const host = forwarded ? lastOf(message.headers["x-forwarded-host"]) : undefined;
  const isHttps = scheme === undefined ? "encrypted" in message.socket : scheme.toLowerCase() === "https";
  return new URL(`${isHttps ? "https" : "http"}://${host ?? message.headers.host ?? "localhost"}${target}`);
}

/** Each proxy adds its own at the end; only the last one is known. */
function lastOf(header: string | readonly string[] | undefined): string | undefined {
  const values = typeof header === "string" ? header.split(",") : header;
  return values?.at(-1)?.trim() || undefined;
}

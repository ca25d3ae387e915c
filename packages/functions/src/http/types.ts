/** An HTTP request as the host passes it around: no socket, no framework. Header names are lower-case. */
export interface HostRequest {
  readonly method: string;
  /** Absolute, as the client sees it (scheme and host included). */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it arrives. Read at most once. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborts when the client goes away before the response is complete. */
  readonly signal: AbortSignal;
}

/** The answer. Header names keep the case given; a name may appear more than once (`Set-Cookie`). */
export interface HostResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

/** Answers a request, or resolves to undefined when the path is not its own. */
export type HttpHandler = (request: HostRequest) => Promise<HostResponse | undefined>;

import type { HostRequest, HostResponse, HttpHandler } from "@durable-host/functions";

export interface MetricsEndpointOptions {
  /** The metrics in Prometheus' text format. */
  readonly text: () => string;
  /** Tells whether a request presents the master key; absent: nobody is asked for it. */
  readonly admits?: (request: HostRequest) => boolean | Promise<boolean>;
}

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
const UNAUTHORIZED: HostResponse = { status: 401, headers: [] };

/** Answers `GET /metrics`, unless the app has a function there. Absent options: nobody does. */
export function withMetrics(handler: HttpHandler, options: MetricsEndpointOptions | undefined): HttpHandler {
  if (!options) return handler;
  return async (request) => {
    const answer = await handler(request);
    if (answer !== undefined || request.url.pathname !== "/metrics" || request.method !== "GET") return answer;
    const admitted = options.admits?.(request) ?? true;
    if (admitted !== true && !(await admitted)) return UNAUTHORIZED;
    return { status: 200, headers: [["Content-Type", CONTENT_TYPE]], body: options.text() };
  };
}

import type { HostRequest, HostResponse, HttpHandler } from "@durable-host/functions";

export interface HostHandlerOptions {
  /** /admin and /runtime/health: answered in every state. */
  readonly endpoints: HttpHandler;
  /** The durable management API. */
  readonly management: HttpHandler;
  /** The app's HTTP functions. */
  readonly functions: HttpHandler;
  /** Added to answers of functions that lack them. */
  readonly customHeaders: HostResponse["headers"];
  /** Resolves to true when the host runs, to false when it will not within the time a request may wait. */
  readonly ready: () => Promise<boolean> | true;
  readonly homepage: boolean;
  /** What everybody gets instead of an answer of the app; undefined: the app is on the net. */
  readonly offline: () => HostResponse | undefined;
}

const UNAVAILABLE: HostResponse = {
  status: 503,
  headers: [
    ["Content-Type", "text/plain; charset=utf-8"],
    ["Retry-After", "5"],
  ],
  body: "Function host is not running.",
};

const HOMEPAGE: HostResponse = {
  status: 200,
  headers: [["Content-Type", "text/html; charset=utf-8"]],
  body: '<!doctype html><html lang="en"><title>durable-host</title><h1>Your Functions app is up and running.</h1><p>State: <a href="/admin/host/status">/admin/host/status</a>. Functions: <a href="/admin/functions">/admin/functions</a>.</p></html>',
};

const NO_HOMEPAGE: HostResponse = { status: 204, headers: [] };

/** Who answers what on the app's port. Requests that come before the host runs wait for it (functions-host contract §3.2). */
export function createHostHandler(options: HostHandlerOptions): HttpHandler {
  return async (request) => {
    const isSystemPath = startsWithSystemSegment(request.url.pathname);
    if (isSystemPath) {
      const answer = await options.endpoints(request);
      if (answer !== undefined) return answer;
    }
    const offline = options.offline();
    if (offline !== undefined) return offline;
    const ready = options.ready();
    if (ready !== true && !(await ready)) return UNAVAILABLE;
    if (isSystemPath) return options.management(request);
    const answer = await options.functions(request);
    return answer === undefined ? homepage(request, options.homepage) : withHeaders(answer, options.customHeaders);
  };
}

function withHeaders(answer: HostResponse, headers: HostResponse["headers"]): HostResponse {
  if (headers.length === 0) return answer;
  const present = new Set(answer.headers.map(([name]) => name.toLowerCase()));
  const missing = headers.filter(([name]) => !present.has(name.toLowerCase()));
  return { ...answer, headers: [...answer.headers, ...missing] };
}

/** `admin` and `runtime` never belong to functions. */
function startsWithSystemSegment(path: string): boolean {
  return /^\/(?:admin|runtime)(?:\/|$)/i.test(path);
}

function homepage(request: HostRequest, shown: boolean): HostResponse | undefined {
  if (request.url.pathname !== "/" || !/^(?:GET|HEAD)$/.test(request.method)) return undefined;
  return shown ? HOMEPAGE : NO_HOMEPAGE;
}

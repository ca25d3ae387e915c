import type { HostRequest, HostResponse, HttpHandler } from "@durable-host/functions";

/** States of functions-host contract §3.4 that this host goes through. */
export type HostState = "Starting" | "Initialized" | "Running" | "Stopping";

export interface HostEndpointsOptions {
  readonly state: () => HostState;
  readonly isStoreReachable: () => boolean;
  readonly identity: HostIdentity;
  /** Milliseconds since the host started. */
  readonly uptime: () => number;
  /** Administrative view of the functions; empty until they are known. */
  readonly functions: () => readonly FunctionView[];
  /** Tells whether a request presents the master key; absent: nobody is asked for it. */
  readonly admits?: (request: HostRequest) => boolean;
}

export interface HostIdentity {
  readonly id: string;
  readonly version: string;
  readonly instanceId: string;
  readonly computerName: string;
}

/** One entry of `/admin/functions`. */
export interface FunctionView {
  readonly name: string;
  readonly invoke_url_template: string | null;
  readonly language: "node";
  readonly config: { readonly name: string; readonly scriptFile: string; readonly bindings: readonly object[] };
  readonly isDisabled: boolean;
  readonly isDirect: true;
  readonly isProxy: false;
}

const OK: HostResponse = { status: 200, headers: [] };
const NOT_FOUND: HostResponse = { status: 404, headers: [] };
const UNAUTHORIZED: HostResponse = { status: 401, headers: [] };

/** The host's own endpoints below /admin and /runtime/health. Resolves to undefined for every other path. */
export function createHostEndpoints(options: HostEndpointsOptions): HttpHandler {
  return (request) => Promise.resolve(answer(request, options));
}

function answer(request: HostRequest, options: HostEndpointsOptions): HostResponse | undefined {
  const path = request.url.pathname.toLowerCase().replace(/\/$/, "");
  if (path === "/admin/host/ping") return request.method === "GET" || request.method === "POST" ? OK : NOT_FOUND;
  if (/^\/admin(?:\/|$)/.test(path) && options.admits?.(request) === false) return UNAUTHORIZED;
  if (request.method !== "GET" && request.method !== "HEAD") return undefined;
  switch (path) {
    case "/admin/host/status":
      return json(200, status(options));
    case "/admin/functions":
      return json(200, options.functions());
    case "/runtime/health/live":
      return json(200, { status: "Healthy" });
    case "/runtime/health":
    case "/runtime/health/ready":
      return isReady(options) ? json(200, { status: "Healthy" }) : json(503, { status: "Unhealthy" });
    default:
      return oneFunction(request, options);
  }
}

/** Functions-host contract §3.2 on probes: a host that cannot reach its store is alive, and not ready. */
function isReady({ state, isStoreReachable }: HostEndpointsOptions): boolean {
  return state() === "Running" && isStoreReachable();
}

function oneFunction(request: HostRequest, { functions }: HostEndpointsOptions): HostResponse | undefined {
  const name = /^\/admin\/functions\/([^/]+)\/?$/i.exec(request.url.pathname)?.[1]?.toLowerCase();
  if (name === undefined) return undefined;
  const found = functions().find((fn) => fn.name.toLowerCase() === name);
  return found === undefined ? NOT_FOUND : json(200, found);
}

function status({ identity, state, uptime }: HostEndpointsOptions): object {
  return {
    id: identity.id,
    state: state(),
    version: identity.version,
    versionDetails: `${identity.version}, Node.js ${process.version}`,
    instanceId: identity.instanceId,
    computerName: identity.computerName,
    processUptime: Math.round(uptime()),
  };
}

function json(code: number, value: unknown): HostResponse {
  return {
    status: code,
    headers: [["Content-Type", "application/json; charset=utf-8"]],
    body: JSON.stringify(value),
  };
}

import { hasCode } from "@durable-host/engine";
import type { HostRequest, HostResponse, HttpHandler } from "@durable-host/functions";
import { empty, findRoute, json, NOT_FOUND, type AdminRoute } from "./admin/admin-route";

/** States of functions-host contract §3.4 that this host goes through. */
export type HostState = "Starting" | "Initialized" | "Running" | "Stopping";

export interface HostEndpointsOptions {
  readonly state: () => HostState;
  readonly isStoreReachable: () => boolean;
  /** It was told to take no work for itself any more. */
  readonly isDraining: () => boolean;
  /** Everything below /admin. */
  readonly routes: readonly AdminRoute[];
  /** Tells whether a request presents the master key; absent: nobody is asked for it. */
  readonly admits?: (request: HostRequest) => boolean | Promise<boolean>;
}

/** The host's own endpoints below /admin and /runtime/health. Resolves to undefined for every other path. */
export function createHostEndpoints(options: HostEndpointsOptions): HttpHandler {
  return async (request) => {
    const path = request.url.pathname.toLowerCase().replace(/\/$/, "");
    if (path === "/admin" || path.startsWith("/admin/")) return answerAdmin(request, options);
    return request.method === "GET" || request.method === "HEAD" ? healthAnswer(path, options) : undefined;
  };
}

function healthAnswer(path: string, options: HostEndpointsOptions): HostResponse | undefined {
  switch (path) {
    case "/runtime/health/live":
      return json(200, { status: "Healthy" });
    case "/runtime/health":
    case "/runtime/health/ready":
      return isReady(options) ? json(200, { status: "Healthy" }) : json(503, { status: "Unhealthy" });
    default:
      return undefined;
  }
}

/** Functions-host contract §3.2 on probes: a host that cannot reach its store is alive, and not ready. */
function isReady({ state, isStoreReachable, isDraining }: HostEndpointsOptions): boolean {
  return state() === "Running" && !isDraining() && isStoreReachable();
}

async function answerAdmin(request: HostRequest, { routes, admits }: HostEndpointsOptions): Promise<HostResponse> {
  const method = request.method === "HEAD" ? "GET" : request.method;
  const found = findRoute(routes, method, request.url.pathname);
  // Who has no key is not told either what there is.
  const admitted = found?.route.isOpen === true || (admits?.(request) ?? true);
  if (admitted !== true && !(await admitted)) return empty(401);
  if (found === undefined) return NOT_FOUND;
  try {
    return await found.route.handle({ request, params: found.params });
  } catch (error) {
    if (hasCode(error, "STORAGE_TRANSIENT")) return empty(503);
    throw error;
  }
}

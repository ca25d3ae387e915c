import type { Logger, TaskHub } from "@durable-host/engine";
import { traceContextOf } from "../http/trace-context";
import type { HostRequest, HostResponse, HttpHandler } from "../http/types";
import { badArgumentResponse, defectResponse, errorResponse } from "./error-response";
import type { ManagementCall } from "./management-call";
import type { UrlParts } from "./management-urls";
import { createRouteMatcher } from "./match-route";
import { QueryValues } from "./query-values";
import { emptyResponse } from "./responses";
import { MANAGEMENT_ROUTES } from "./routes";
import { splitTracedPath } from "./traced-path";

/** Where the webhook endpoints are served, on the app's own port. */
export const WEBHOOK_PATH = "/runtime/webhooks/durabletask";
/** Where the RPC endpoints are served, on a loopback listener of their own. */
export const RPC_PATH = "/durabletask";

/** Largest request body in bytes, unless the settings say otherwise: 100 MB as the official host has it. */
export const DEFAULT_BODY_LIMIT = 104_857_600;

export interface ManagementApiOptions {
  readonly taskHub: TaskHub;
  /** Name of the connection in links; upstream's URLs select a store by it. */
  readonly connectionName: string;
  readonly logger: Logger;
  /** WEBHOOK_PATH or RPC_PATH. */
  readonly basePath: string;
  /**
   * Webhook base that links point to. Absent: the origin each request came to. The RPC listener passes it, because
   * links must not lead to a port that only this machine can reach.
   */
  readonly linkBaseUrl?: string;
  /**
   * Take the origin of links from `X-Forwarded-Host` and `X-Forwarded-Proto` when both are there
   * (host.json `httpSettings.useForwardedHost`). Only for hosts behind a proxy that sets them.
   */
  readonly useForwardedHost?: boolean;
  /** The system key `durabletask_extension` as it is now: links carry it. */
  readonly systemKey?: () => string | undefined;
  /** Tells whether a request presents a key that opens this API; absent: nobody is asked for one. */
  readonly admits?: (request: HostRequest) => boolean | Promise<boolean>;
  /** Largest request body in bytes; default DEFAULT_BODY_LIMIT. */
  readonly bodyLimit?: number;
}

/**
 * The durable HTTP management API (contract §5.2). Resolves to undefined for paths outside its base path.
 * The RPC endpoints are the same routes: one handler is made for each listener.
 */
export function createManagementApi(options: ManagementApiOptions): HttpHandler {
  const match = createRouteMatcher(MANAGEMENT_ROUTES);
  const base = `${options.basePath}/`.toLowerCase();
  return async (request) => {
    const { pathname } = request.url;
    if (!pathname.startsWith(base) && !pathname.toLowerCase().startsWith(base)) return undefined;
    const query = new QueryValues(request.url);
    const admitted = options.admits?.(request) ?? true;
    if (admitted !== true && !(await admitted)) return emptyResponse(401);
    const { path, traceParent } = splitTracedPath(pathname.slice(base.length));
    const matched = match(request.method, path);
    if (matched === undefined) return emptyResponse(404);
    const params = decodeParams(matched.params);
    if (params === undefined) return badArgumentResponse("The path holds an invalid percent-encoding.");
    const mismatch = otherStore(query, options);
    if (mismatch !== undefined) return badArgumentResponse(mismatch);
    // A context that the client itself has sent says more.
    const traceContext = traceContextOf(request) ?? (traceParent === undefined ? undefined : { traceParent });
    const call = { ...createCall(request, params, query, options), traceContext };
    return answer(matched.route.handle, call, options.logger);
  };
}

async function answer(
  handle: (call: ManagementCall) => Promise<HostResponse>,
  call: ManagementCall,
  logger: Logger,
): Promise<HostResponse> {
  try {
    return await handle(call);
  } catch (error) {
    const response = errorResponse(error);
    if (response !== undefined) return response;
    logger.error(`${call.request.method} ${call.request.url.pathname} failed.`, { error });
    return defectResponse();
  }
}

function createCall(
  request: HostRequest,
  params: readonly string[],
  query: QueryValues,
  options: ManagementApiOptions,
): ManagementCall {
  const urls: UrlParts = {
    baseUrl: options.linkBaseUrl ?? `${origin(request, options)}${WEBHOOK_PATH}`,
    hubName: options.taskHub.name,
    connectionName: options.connectionName,
    key: options.systemKey?.(),
  };
  const bodyLimit = options.bodyLimit ?? DEFAULT_BODY_LIMIT;
  return { request, params, query, taskHub: options.taskHub, urls, bodyLimit };
}

function origin({ url, headers }: HostRequest, { useForwardedHost }: ManagementApiOptions): string {
  const host = headers["x-forwarded-host"];
  const scheme = headers["x-forwarded-proto"];
  return useForwardedHost && host && scheme ? `${scheme}://${host}` : url.origin;
}

/** A request for another task hub or connection must not be answered from this one. */
function otherStore(query: QueryValues, { taskHub, connectionName }: ManagementApiOptions): string | undefined {
  const hub = query.text("taskHub");
  if (hub !== undefined && !sameName(hub, taskHub.name)) {
    return `This host serves the task hub '${taskHub.name}', not '${hub}'.`;
  }
  const connection = query.text("connection");
  if (connection !== undefined && !sameName(connection, connectionName)) {
    return `This host serves the connection '${connectionName}', not '${connection}'.`;
  }
  return undefined;
}

function sameName(left: string, right: string): boolean {
  return left === right || left.toLowerCase() === right.toLowerCase();
}

function decodeParams(params: readonly string[]): readonly string[] | undefined {
  try {
    return params.map((param) => (param.includes("%") ? decodeURIComponent(param) : param));
  } catch {
    return undefined;
  }
}

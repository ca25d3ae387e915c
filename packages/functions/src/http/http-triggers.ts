import { randomUUID } from "node:crypto";
import { hasCode, type Logger, type TraceContext } from "@durable-host/engine";
import type { BindingData } from "../bindings/binding-data";
import type { FunctionBindings } from "../bindings/function-bindings";
import type { KeyCheck, KeyScope } from "../keys/check-key";
import type { FunctionDescription } from "../pool/function-index";
import type { InvocationEvents, InvocationOutcome } from "../pool/invocation-events";
import type { HttpRequestToWorker } from "../pool/worker-process";
import { createRouteTable, type HttpFunction, type RouteTable } from "./route-table";
import { traceContextOf } from "./trace-context";
import type { HostRequest, HostResponse, HttpHandler } from "./types";

/** What the official host gives as the reason of a run that a request, or the admin API, has started. */
export const PROGRAMMATIC_REASON = "This function was programmatically called via the host APIs.";

/** Bodies up to this size go along with the request's head when they are there already. */
const SMALL_BODY_BYTES = 64 * 1024;

/** nginx's word for a client that did not wait; nobody is left to read it. */
const CLIENT_CLOSED_REQUEST = 499;

/** When to ask again while no app worker is ready: the longest pause between two starts of one. */
const RETRY_AFTER_SECONDS = 10;

/** An answer of the app, as it comes from wherever the app runs. */
interface HttpReply {
  readonly status: number;
  readonly headers: HostResponse["headers"];
  readonly body?: Uint8Array | AsyncIterable<Uint8Array> | undefined;
}

export interface HttpTriggersOptions {
  readonly pool: { http(request: HttpRequestToWorker): Promise<HttpReply> };
  readonly functions: readonly FunctionDescription[];
  /** Bindings of the functions beside trigger and response; absent: they have none. */
  readonly bindings?: FunctionBindings;
  /** `extensions.http.routePrefix` of host.json. */
  readonly routePrefix: string;
  readonly events: InvocationEvents;
  readonly logger: Logger;
  /** Tells whether a request presents a key that opens a scope; absent: nobody is asked for one. */
  readonly admits?: KeyCheck;
}

export interface HttpTriggers {
  readonly handle: HttpHandler;
  /** Runs a function, also a disabled one, without looking at route and key. */
  run(functionName: string, request: HostRequest, params: Readonly<Record<string, string>>): Promise<HostResponse>;
  readonly table: RouteTable;
}

/** Serves the app's HTTP functions (contract §3.1, §3.2). Disabled functions have no route. */
export function createHttpTriggers(options: HttpTriggersOptions): HttpTriggers {
  const { functions, routePrefix, logger } = options;
  const enabled = functions.filter((fn) => !fn.disabled && fn.trigger.type.toLowerCase() === "httptrigger");
  const table = createRouteTable(enabled.map(toHttpFunction), routePrefix);
  const scopes = new Map(enabled.map((fn) => [fn.name, keyScope(fn)]));
  for (const warning of table.warnings) logger.warn(warning);
  for (const { name, reason } of table.rejected) logger.error(`The function "${name}" is not served: ${reason}`);
  return {
    table,
    run: (functionName, request, params) => invoke(options, request, functionName, params),
    async handle(request) {
      const match = table.match(request.method, request.url.pathname);
      if (match === undefined) return undefined;
      const scope = scopes.get(match.functionName);
      const admitted = scope === undefined || (options.admits?.(request, scope) ?? true);
      if (admitted !== true && !(await admitted)) return { status: 401, headers: [] };
      return invoke(options, request, match.functionName, match.params);
    },
  };
}

/** What opens a function (contract §3.3); anonymous ones are open to all. */
function keyScope({ name, trigger }: FunctionDescription): KeyScope | undefined {
  switch (typeof trigger["authLevel"] === "string" ? trigger["authLevel"].toLowerCase() : "anonymous") {
    case "anonymous":
      return undefined;
    case "admin":
      return { type: "admin" };
    default:
      return { type: "function", name };
  }
}

function toHttpFunction({ name, trigger }: FunctionDescription): HttpFunction {
  const { route, methods } = trigger;
  return {
    name,
    ...(typeof route === "string" && { route }),
    ...(Array.isArray(methods) && { methods: methods.filter((method) => typeof method === "string") }),
  };
}

async function invoke(
  options: HttpTriggersOptions,
  request: HostRequest,
  name: string,
  params: Readonly<Record<string, string>>,
): Promise<HostResponse> {
  const { pool, events, logger, bindings } = options;
  const { method, url, headers, signal } = request;
  const invocationId = randomUUID();
  const call = { function: name, invocationId, method, url: url.href, headers, params };
  try {
    const body = await requestBody(request);
    const run = async (traceContext?: TraceContext): Promise<HostResponse> => {
      const prepared = await bindings?.prepare(name, () => bindingDataOf(request, params));
      const traced = { ...call, traceContext };
      const reply = prepared
        ? pool.http({ call: { ...traced, inputs: prepared.inputs }, body, signal, deliver: prepared.deliver })
        : pool.http({ call: traced, body, signal });
      return toResponse(await reply);
    };
    const details = { trigger: "httpTrigger", parent: traceContextOf(request), http: { method, url } };
    const outcome = ({ status }: HostResponse): InvocationOutcome => ({ httpStatus: status });
    return await events.around(name, invocationId, PROGRAMMATIC_REASON, run, outcome, details);
  } catch (error) {
    if (signal.aborted) return { status: CLIENT_CLOSED_REQUEST, headers: [] };
    if (hasCode(error, "WORKER_UNAVAILABLE")) return unavailable(error);
    logFailure(logger, name, invocationId, error);
    return { status: 500, headers: [] };
  }
}

/** What expressions of other bindings can refer to (contract §3.5). The body is not read for them: it may be a stream. */
function bindingDataOf({ url, headers }: HostRequest, params: Readonly<Record<string, string>>): BindingData {
  const { code: _, ...query } = Object.fromEntries(url.searchParams);
  return { ...query, ...params, Query: query, Headers: headers };
}

/**
 * What to send along: nothing, the whole body if it is small and there, or a stream. Never waits for a client longer
 * than one turn of the event loop: one that sends its body only after the response's head must get that head.
 */
async function requestBody(request: HostRequest): Promise<Uint8Array | AsyncIterable<Uint8Array> | undefined> {
  const { method, headers, body } = request;
  // GET and HEAD have none for the Fetch API, and so for the handler (contract §2.5).
  if (method === "GET" || method === "HEAD" || headers["content-length"] === "0") return undefined;
  const length = Number(headers["content-length"]);
  if (!(length <= SMALL_BODY_BYTES)) return body;
  const iterator = body[Symbol.asyncIterator]();
  const first = iterator.next();
  // Whoever reads on gets its error; nobody may.
  first.catch(() => undefined);
  const early = await Promise.race([first, nextTurn()]);
  if (early !== undefined && early.done !== true && early.value.byteLength === length) return early.value;
  return resumed(first, iterator);
}

function nextTurn(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(() => resolve(undefined)));
}

/** The rest of an iteration whose first step has been taken. */
function resumed(
  first: Promise<IteratorResult<Uint8Array>>,
  iterator: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  let pending: Promise<IteratorResult<Uint8Array>> | undefined = first;
  const rest: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => rest,
    next() {
      const next = pending ?? iterator.next();
      pending = undefined;
      return next;
    },
    return: () => iterator.return?.() ?? Promise.resolve({ done: true, value: undefined }),
  };
  return rest;
}

function toResponse({ status, headers, body }: HttpReply): HostResponse {
  return body === undefined ? { status, headers } : { status, headers, body };
}

/** Not logged for each request: the pool has said it, and there may be many. */
function unavailable({ message }: Error): HostResponse {
  const headers: HostResponse["headers"] = [
    ["Content-Type", "text/plain; charset=utf-8"],
    ["Retry-After", String(RETRY_AFTER_SECONDS)],
  ];
  return { status: 503, headers, body: message };
}

function logFailure(logger: Logger, name: string, invocationId: string, error: unknown): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const detail = hasCode(error, "WORKER_LOST") ? message : (stack ?? message);
  logger.error(`The function "${name}" failed: ${detail}`, { functionName: name, invocationId });
}

import type { BindingValues, HttpCall } from "../wire/messages";
import type { FunctionRunner, TriggerRequest } from "./function-runner";
import { toHttpReply, type HttpReply } from "./http-result";
import type { StreamModeServer } from "./http-stream-mode";

/** A request's body as the worker has it when the handler is called. */
export type RequestBody = Uint8Array | AsyncIterableIterator<Uint8Array> | undefined;

/** Runs an HTTP function: a real `Request` in, the handler's own result out (contract §1.7, §2.5). */
export async function runHttp(
  runner: FunctionRunner,
  call: HttpCall,
  body: RequestBody,
  options: { readonly streamMode?: StreamModeServer; onOutputs(values: BindingValues): void },
): Promise<HttpReply> {
  const { streamMode } = options;
  const request = streamMode === undefined ? nativeRequest(call, body) : announced(streamMode, call, body);
  const { result, outputs } = await runner.runHttp(call.function, request, { always: streamMode !== undefined });
  const reply = toHttpReply(result);
  if (outputs.length > 0) options.onOutputs(outputs);
  return reply;
}

function nativeRequest(call: HttpCall, body: RequestBody): TriggerRequest {
  const { method, url, headers, params } = call;
  const init: RequestInit & { duplex?: "half" } = { method, headers };
  if (body instanceof Uint8Array) init.body = body as Uint8Array<ArrayBuffer>;
  else if (body !== undefined) Object.assign(init, { body: asStream(body), duplex: "half" });
  const request = new Request(url, init);
  return {
    ...head(call),
    // The second name is that of `@azure/functions` 4.2 to 4.10.
    triggerData: { http: { nativeRequest: request, undiciRequest: request, nullableParams: nullable(params) } },
    triggerMetadata: {},
  };
}

/** The app asked for `enableHttpStream`: the library then takes the request from its own server. */
function announced(streamMode: StreamModeServer, call: HttpCall, body: RequestBody): TriggerRequest {
  const { method, headers, params, invocationId } = call;
  const url = new URL(call.url);
  streamMode.announce({ invocationId, method, url, body: asIterable(body) });
  // With streaming on, the library makes `params` of everything in the binding data: route and query (contract §3.5, last item).
  const bindingData = { ...queryWithoutKey(url), ...params };
  const texts = Object.entries(bindingData).map(([name, value]) => [name, { string: value }]);
  return {
    ...head(call),
    triggerData: {},
    triggerMetadata: { ...Object.fromEntries(texts), Headers: { json: JSON.stringify(headers) } },
  };
}

/** Query parameters by name; `code` carries a key and is the host's. */
function queryWithoutKey(url: URL): Record<string, string> {
  const { code: _, ...query } = Object.fromEntries(url.searchParams);
  return query;
}

function head(call: HttpCall): Pick<TriggerRequest, "invocationId" | "traceContext" | "inputs"> {
  const { invocationId, inputs } = call;
  const { traceparent = "", tracestate = "" } = call.headers;
  const { traceParent = traceparent, traceState = tracestate } = call.traceContext ?? {};
  return { invocationId, inputs, traceContext: { traceParent, traceState } };
}

function nullable(record: Readonly<Record<string, string>>): Record<string, { value: string }> {
  const entries = Object.entries(record).map(([name, value]): [string, { value: string }] => [name, { value }]);
  return Object.fromEntries(entries);
}

async function* asIterable(body: RequestBody): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield body;
  else if (body !== undefined) yield* body;
}

function asStream(body: AsyncIterableIterator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        const next = await body.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await body.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

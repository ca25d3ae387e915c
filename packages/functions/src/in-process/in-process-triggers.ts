import { randomUUID } from "node:crypto";
import type { Logger } from "@durable-host/engine";
import { createHttpTriggers, type HttpTriggersOptions } from "../http/http-triggers";
import type { HttpHandler } from "../http/types";
import { InvocationEvents } from "../pool/invocation-events";
import { runHttp } from "../worker/run-http";
import type { FunctionRunner } from "../worker/function-runner";
import type { InProcessExecutor } from "./in-process-executor";

/** Runs the functions of an app in this process that are not called by orchestrations. */
export interface InProcessTriggers {
  /** Serves the app's HTTP functions by their routes; undefined for a path that is none of theirs. */
  readonly http: HttpHandler;
  /** Runs any function with the value that its trigger gives it; resolves to what it returns, rejects with what it throws. */
  invoke(functionName: string, value: unknown, metadata?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export interface InProcessTriggersOptions {
  /** Value of durable client bindings. */
  readonly durableClientInput: object;
  /** `extensions.http.routePrefix` of host.json. */
  readonly routePrefix: string;
  readonly logger: Logger;
}

/** Makes the triggers of the app that an executor runs. */
export function createInProcessTriggers(
  executor: InProcessExecutor,
  { durableClientInput, routePrefix, logger }: InProcessTriggersOptions,
): InProcessTriggers {
  const runner = executor.runnerFor(durableClientInput);
  const { functions } = executor.functions;
  const events = new InvocationEvents(undefined);
  const http = createHttpTriggers({ pool: inThisProcess(runner), functions, routePrefix, events, logger });
  return {
    http: http.handle,
    async invoke(functionName, value, metadata = {}) {
      const triggerMetadata = Object.fromEntries(Object.entries(metadata).map(([key, each]) => [key, typedData(each)]));
      const request = { invocationId: randomUUID(), triggerData: typedData(value), triggerMetadata };
      return (await runner.run(functionName, request)).result;
    },
  };
}

/** What a pool of app workers does with a request, without one. */
function inThisProcess(runner: FunctionRunner): HttpTriggersOptions["pool"] {
  return {
    async http({ call, body }) {
      const kind = body === undefined ? "none" : body instanceof Uint8Array ? "whole" : "stream";
      const received = body === undefined || body instanceof Uint8Array ? body : iterable(body);
      const onOutputs = (): void => undefined;
      const { status, headers, body: answer } = await runHttp(runner, { ...call, body: kind }, received, { onOutputs });
      return { status, headers, body: typeof answer === "string" ? Buffer.from(answer) : answer };
    },
  };
}

async function* iterable(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* body;
}

/** A value as a trigger hands it over (functions-host contract §2.2). */
function typedData(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  if (typeof value === "string") return { string: value };
  return value instanceof Uint8Array ? { bytes: value } : { json: JSON.stringify(value) };
}

import { isJsonObject, type JsonObject } from "../config/json-object";
import { PROGRAMMATIC_REASON } from "../http/http-triggers";
import type { HostRequest, HostResponse } from "../http/types";
import type { FunctionDescription } from "../pool/function-index";
import type { TriggerInvocation } from "../triggers/trigger-type";

/** What runs a function of the app. */
export interface RunWithTextParts {
  invoke(functionName: string, invocation: TriggerInvocation): Promise<unknown>;
  runHttp(functionName: string, request: HostRequest, params: Readonly<Record<string, string>>): Promise<HostResponse>;
}

/** Durable Functions of these kinds have no meaning apart from an instance. */
const BELONGS_TO_INSTANCE = new Set(["orchestrationtrigger", "entitytrigger"]);

/** Why a function cannot be run apart from its trigger; undefined: it can. */
export function whyNotRunnable(fn: FunctionDescription): string | undefined {
  if (!BELONGS_TO_INSTANCE.has(fn.trigger.type.toLowerCase())) return undefined;
  return `The function "${fn.name}" runs only as part of an instance: start or signal that through /runtime/webhooks/durabletask.`;
}

/**
 * Runs a function, also a disabled one, as if its trigger had fired with a text (functions-host contract §3.4). Settles when
 * the function has run; rejects with what it failed with.
 */
export async function runWithText(parts: RunWithTextParts, fn: FunctionDescription, input: string): Promise<void> {
  const type = fn.trigger.type.toLowerCase();
  if (type === "httptrigger") {
    const { request, params } = requestFrom(fn, input);
    await parts.runHttp(fn.name, request, params);
  } else {
    await parts.invoke(fn.name, { triggerData: triggerData(type, input), reason: PROGRAMMATIC_REASON });
  }
}

/** A timer gets a timer's value whatever the text says; all other triggers get the text. */
function triggerData(type: string, input: string): TriggerInvocation["triggerData"] {
  if (type !== "timertrigger") return { string: input };
  return { json: JSON.stringify({ schedule: { adjustForDST: true }, scheduleStatus: null, isPastDue: false }) };
}

/** A request as JSON, `{"method","url","headers","params","body"}`; any other text is the body of a POST. */
function requestFrom(fn: FunctionDescription, input: string) {
  const given = requestJson(input);
  const { url, method, headers, params } = given ?? {};
  const body = given === undefined ? input : textOf(given["body"]);
  const name = typeof method === "string" ? method.toUpperCase() : body === undefined || body === "" ? "GET" : "POST";
  const bytes = Buffer.from(body ?? "");
  const request: HostRequest = {
    method: name,
    url: new URL(typeof url === "string" ? url : `/api/${fn.name}`, "http://localhost"),
    headers: { ...texts(headers), "content-length": String(bytes.byteLength) },
    body: (async function* () {
      if (bytes.byteLength > 0) yield bytes;
    })(),
    signal: new AbortController().signal,
  };
  return { request, params: texts(params) };
}

function requestJson(input: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(input);
    return isJsonObject(value) && ("method" in value || "url" in value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function texts(value: unknown): Record<string, string> {
  if (!isJsonObject(value)) return {};
  const entries = Object.entries(value).map(([name, each]) => [name.toLowerCase(), textOf(each) ?? ""]);
  return Object.fromEntries(entries) as Record<string, string>;
}

import { errorText } from "@durable-host/engine";
import type { Contracts } from "applicationinsights";
import type { LogLevel, LogRecord } from "../logs/log-record";
import type { Attributes, Span, SpanContext } from "../trace/span";
import { exceptionType } from "./exception-type";
import { logProperties } from "./log-properties";

/** Properties may not be longer. */
const LONGEST = 8192;

const SEVERITIES: Readonly<Record<LogLevel, Contracts.SeverityLevel>> = {
  Trace: 0,
  Debug: 0,
  Information: 1,
  Warning: 2,
  Error: 3,
  Critical: 4,
};

/** These have fields of their own. */
const HTTP = new Set([
  "http.request.method",
  "http.response.status_code",
  "server.address",
  "server.port",
  "url.path",
  "url.scheme",
]);

/** A run, or an execution. */
export function requestOf(span: Span): Contracts.RequestTelemetry & Contracts.Identified {
  const { "http.response.status_code": status = 0 } = span.attributes;
  return { ...callOf(span), url: urlOf(span.attributes), resultCode: String(status) };
}

/** What a run, or an orchestration, asks others for. */
export function dependencyOf(span: Span): Contracts.DependencyTelemetry & Contracts.Identified {
  return { ...callOf(span), dependencyTypeName: DEPENDENCY_TYPES[span.kind], data: "", resultCode: "0" };
}

/** What a run has thrown. */
export function thrownIn(span: Span): Contracts.ExceptionTelemetry | undefined {
  if (!span.exception) return undefined;
  const { message, stack = "" } = span.exception;
  return {
    time: new Date(span.endedAt),
    exception: Object.assign(new Error(message), { name: exceptionType(stack), stack }),
    severity: SEVERITIES.Error,
    properties: propertiesOf(span),
    tagOverrides: tags(span.name, span.context.traceId, span.context.spanId),
  };
}

/** A log entry. `context`: of the run it belongs to. */
export function traceOf(record: LogRecord, context: SpanContext | undefined): Contracts.TraceTelemetry {
  return { ...entryOf(record, context, {}), message: record.message };
}

/** A log entry that tells of an error. */
export function errorIn(record: LogRecord, context: SpanContext | undefined): Contracts.ExceptionTelemetry {
  const error = record.fields?.["error"];
  const exception = error instanceof Error ? error : Object.assign(new Error(errorText(error)), { stack: "" });
  return { ...entryOf(record, context, { FormattedMessage: record.message }), exception };
}

/** The words that Application Insights draws pictures for. */
const DEPENDENCY_TYPES: Readonly<Record<Span["kind"], string>> = {
  producer: "Queue Message",
  internal: "InProc",
  client: "Dependency",
  server: "Dependency",
  consumer: "Dependency",
};

function callOf(span: Span) {
  const { name, context, parent, startedAt, endedAt, error } = span;
  return {
    id: context.spanId,
    name,
    time: new Date(startedAt),
    duration: endedAt - startedAt,
    success: error === undefined,
    properties: propertiesOf(span),
    tagOverrides: tags(name, context.traceId, parent?.spanId),
  };
}

function propertiesOf({ attributes, links }: Span): Record<string, string> {
  const shown = Object.entries(attributes).filter(([name]) => !HTTP.has(name));
  const linked = links.map(({ traceId, spanId }) => ({ operation_Id: traceId, id: spanId }));
  return texts({
    ...Object.fromEntries(shown),
    ...(linked.length === 0 ? {} : { "_MS.links": JSON.stringify(linked) }),
  });
}

function entryOf(record: LogRecord, context: SpanContext | undefined, added: Attributes) {
  const { functionName } = record.fields ?? {};
  return {
    time: new Date(record.time),
    severity: SEVERITIES[record.level],
    properties: texts({ ...logProperties(record), ...added }),
    tagOverrides: tags(typeof functionName === "string" ? functionName : undefined, context?.traceId, context?.spanId),
  };
}

function texts(attributes: Attributes): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value).slice(0, LONGEST)]));
}

function tags(operation: string | undefined, id: string | undefined, parentId: string | undefined) {
  return {
    ...(operation === undefined ? {} : { "ai.operation.name": operation }),
    ...(id === undefined ? {} : { "ai.operation.id": id }),
    ...(parentId === undefined ? {} : { "ai.operation.parentId": parentId }),
  };
}

/** Without its query; empty if it was no request. */
function urlOf(attributes: Attributes): string {
  const { "url.scheme": scheme, "server.address": address, "server.port": port, "url.path": path } = attributes;
  if (scheme === undefined) return "";
  return `${scheme}://${address}${port === undefined ? "" : `:${port}`}${path}`;
}

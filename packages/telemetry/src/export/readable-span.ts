import { SpanKind, SpanStatusCode, TraceFlags, createTraceState, type SpanContext } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import type { Span, SpanContext as OwnContext } from "../trace/span";
import { exceptionType } from "./exception-type";
import { hrTime } from "./hr-time";

const KINDS: Readonly<Record<Span["kind"], SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** A span as OpenTelemetry's exporters take it. */
export function readableSpan(span: Span, resource: Resource, scope: string): ReadableSpan {
  const context = spanContext(span.context);
  const parentSpanContext = span.parent && spanContext(span.parent);
  return {
    name: span.name,
    kind: KINDS[span.kind],
    spanContext: () => context,
    ...(parentSpanContext ? { parentSpanContext } : {}),
    startTime: hrTime(span.startedAt),
    endTime: hrTime(span.endedAt),
    duration: hrTime(span.endedAt - span.startedAt),
    status:
      span.error === undefined ? { code: SpanStatusCode.OK } : { code: SpanStatusCode.ERROR, message: span.error },
    attributes: { ...span.attributes },
    links: span.links.map((link) => ({ context: spanContext(link) })),
    events: exceptionEvents(span),
    ended: true,
    resource,
    instrumentationScope: { name: scope },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** OpenTelemetry's form of our context. */
export function spanContext({ traceId, spanId, isSampled, traceState }: OwnContext): SpanContext {
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return { traceId, spanId, traceFlags, ...(traceState ? { traceState: createTraceState(traceState) } : {}) };
}

function exceptionEvents({ exception, endedAt }: Span): ReadableSpan["events"] {
  if (!exception) return [];
  const { message, stack } = exception;
  const attributes = {
    "exception.type": exceptionType(stack ?? ""),
    "exception.message": message,
    ...(stack === undefined ? {} : { "exception.stacktrace": stack }),
  };
  return [{ name: "exception", time: hrTime(endedAt), attributes }];
}

import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { emptyResource } from "@opentelemetry/resources";
import { readableLog } from "../../src/export/readable-log";
import { readableSpan } from "../../src/export/readable-span";
import type { Span } from "../../src/trace/span";

const context = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", isSampled: true };
const span: Span = {
  name: "orchestration:order",
  kind: "server",
  context,
  parent: { ...context, spanId: "00f067aa0ba902b7", traceState: "vendor=1" },
  links: [{ ...context, spanId: "aaaaaaaaaaaaaaaa" }],
  attributes: { "durabletask.type": "orchestration" },
  startedAt: 1_700_000_000_000,
  endedAt: 1_700_000_000_250.5,
};

describe("a span as exporters take it", () => {
  it("has exact times, kind, parent and links", () => {
    const readable = readableSpan(span, emptyResource(), "scope");

    expect(readable).toMatchObject({
      name: "orchestration:order",
      kind: SpanKind.SERVER,
      startTime: [1_700_000_000, 0],
      endTime: [1_700_000_000, 250_500_000],
      duration: [0, 250_500_000],
      status: { code: SpanStatusCode.OK },
      attributes: { "durabletask.type": "orchestration" },
      links: [{ context: { spanId: "aaaaaaaaaaaaaaaa" } }],
      parentSpanContext: { spanId: "00f067aa0ba902b7" },
      events: [],
    });
    expect(readable.spanContext()).toMatchObject({ spanId: context.spanId, traceFlags: 1 });
    expect(readable.parentSpanContext?.traceState?.serialize()).toBe("vendor=1");
  });

  it("says what was thrown, and of which type", () => {
    const exception = { message: "no paper", stack: "TypeError: no paper\n    at print" };
    const { status, events } = readableSpan({ ...span, error: "no paper", exception }, emptyResource(), "scope");

    expect(status).toEqual({ code: SpanStatusCode.ERROR, message: "no paper" });
    expect(events).toMatchObject([
      {
        name: "exception",
        attributes: {
          "exception.type": "TypeError",
          "exception.message": "no paper",
          "exception.stacktrace": exception.stack,
        },
      },
    ]);
  });
});

describe("a log entry as exporters take it", () => {
  it("has level, category and the run it belongs to; its fields are properties", () => {
    const fields = { invocationId: "i1", functionName: "greet", instanceId: "x", count: 2, absent: undefined };
    const record = {
      time: 1500,
      level: "Warning",
      category: "Function.greet.User",
      message: "look out",
      fields,
    } as const;

    expect(readableLog(record, context, emptyResource())).toMatchObject({
      hrTime: [1, 500_000_000],
      severityText: "Warning",
      body: "look out",
      spanContext: { traceId: context.traceId, spanId: context.spanId },
      attributes: {
        Category: "Function.greet.User",
        LogLevel: "Warning",
        InvocationId: "i1",
        "faas.name": "greet",
        prop__instanceId: "x",
        prop__count: "2",
      },
    });
  });

  it("has an error's type, message and stack", () => {
    const error = new RangeError("too far");
    const record = { time: 0, level: "Error", category: "c", message: "It failed.", fields: { error } } as const;

    expect(readableLog(record, undefined, emptyResource()).attributes).toMatchObject({
      "exception.type": "RangeError",
      "exception.message": expect.stringContaining("too far"),
      "exception.stacktrace": error.stack,
    });
  });
});

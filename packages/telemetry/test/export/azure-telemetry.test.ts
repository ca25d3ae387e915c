import { dependencyOf, errorIn, requestOf, thrownIn, traceOf } from "../../src/export/azure-telemetry";
import type { LogRecord } from "../../src/logs/log-record";
import type { Span } from "../../src/trace/span";

const context = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", isSampled: true };
const span: Span = {
  name: "greet",
  kind: "server",
  context,
  parent: { ...context, spanId: "00f067aa0ba902b7" },
  links: [],
  attributes: { InvocationId: "i1", "faas.coldstart": true },
  startedAt: 1_700_000_000_000,
  endedAt: 1_700_000_000_250.5,
};
const record: LogRecord = { time: 1500, level: "Warning", category: "Function.greet.User", message: "look out" };

describe("a request", () => {
  it("is a run with its own ids", () => {
    expect(requestOf(span)).toEqual({
      id: context.spanId,
      name: "greet",
      time: new Date(1_700_000_000_000),
      duration: 250.5,
      success: true,
      resultCode: "0",
      url: "",
      properties: { InvocationId: "i1", "faas.coldstart": "true" },
      tagOverrides: {
        "ai.operation.id": context.traceId,
        "ai.operation.parentId": "00f067aa0ba902b7",
        "ai.operation.name": "greet",
      },
    });
  });

  it("has the status and the URL of what was asked for over HTTP, and not among its properties", () => {
    const attributes = {
      HttpPath: "/api/greet",
      "http.request.method": "GET",
      "url.scheme": "https",
      "url.path": "/api/greet",
      "server.address": "shop.example",
      "server.port": 8443,
      "http.response.status_code": 404,
    };
    expect(requestOf({ ...span, attributes })).toMatchObject({
      url: "https://shop.example:8443/api/greet",
      resultCode: "404",
      success: true,
      properties: { HttpPath: "/api/greet" },
    });
    expect(Object.keys(requestOf({ ...span, attributes }).properties ?? {})).toEqual(["HttpPath"]);
  });

  it("names what else it belongs to, as a batch does", () => {
    const links = [{ ...context, spanId: "aaaaaaaaaaaaaaaa" }];
    const { properties } = requestOf({ ...span, kind: "consumer", links });
    expect(JSON.parse(properties?.["_MS.links"])).toEqual([{ operation_Id: context.traceId, id: "aaaaaaaaaaaaaaaa" }]);
  });

  it("has properties that are short enough to be accepted", () => {
    const { properties } = requestOf({ ...span, attributes: { long: "x".repeat(10_000) } });
    expect(properties?.["long"]).toHaveLength(8192);
  });
});

describe("a dependency", () => {
  it.each([
    ["client", "Dependency"],
    ["producer", "Queue Message"],
    ["internal", "InProc"],
  ] as const)("of kind %s is shown as %s", (kind, dependencyTypeName) => {
    const { parent: _parent, ...others } = dependencyOf({ ...span, kind, error: "no" }).tagOverrides ?? {};
    expect(dependencyOf({ ...span, kind, error: "no" })).toMatchObject({ dependencyTypeName, success: false });
    expect(others).toMatchObject({ "ai.operation.id": context.traceId });
  });
});

describe("an exception", () => {
  it("is what a run has thrown, below the run", () => {
    const stack = "TypeError: no paper\n    at print (printer.js:1:2)";
    const thrown = thrownIn({ ...span, error: "no paper", exception: { message: "no paper", stack } });
    expect(thrown?.exception).toMatchObject({ name: "TypeError", message: "no paper", stack });
    expect(thrown).toMatchObject({ severity: 3, properties: { InvocationId: "i1" } });
    expect(thrown?.tagOverrides?.["ai.operation.parentId"]).toBe(context.spanId);
    expect(thrownIn(span)).toBeUndefined();
  });

  it("is what a log entry tells of, together with the entry's text", () => {
    const error = new RangeError("too far");
    const told = errorIn({ ...record, level: "Critical", fields: { error } }, undefined);
    expect(told).toMatchObject({ exception: error, severity: 4, properties: { FormattedMessage: "look out" } });
    expect(told.tagOverrides).toEqual({});
    expect(errorIn({ ...record, fields: { error: "gone" } }, undefined).exception).toMatchObject({ message: "gone" });
  });
});

describe("a trace", () => {
  it.each([
    ["Trace", 0],
    ["Debug", 0],
    ["Information", 1],
    ["Warning", 2],
    ["Error", 3],
    ["Critical", 4],
  ] as const)("of level %s has severity %i", (level, severity) => {
    expect(traceOf({ ...record, level }, undefined).severity).toBe(severity);
  });

  it("has the category, the fields and the run of the entry", () => {
    const fields = { invocationId: "i1", functionName: "greet", instanceId: "x", count: 2, absent: undefined };
    expect(traceOf({ ...record, fields }, context)).toEqual({
      time: new Date(1500),
      message: "look out",
      severity: 2,
      properties: {
        Category: "Function.greet.User",
        LogLevel: "Warning",
        InvocationId: "i1",
        prop__instanceId: "x",
        prop__count: "2",
      },
      tagOverrides: {
        "ai.operation.id": context.traceId,
        "ai.operation.parentId": context.spanId,
        "ai.operation.name": "greet",
      },
    });
  });
});

import { InvocationSpans } from "../../src/trace/invocation-spans";
import type { Span } from "../../src/trace/span";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const parent = { traceParent: `00-${TRACE_ID}-b7ad6b7169203331-01` };

let spans: Span[];
let invocations: InvocationSpans;
beforeEach(() => {
  spans = [];
  invocations = new InvocationSpans({
    emit: (span) => spans.push(span),
    sampler: () => true,
    now: () => 1000,
    hostInstanceId: "host-1",
  });
});

const request = {
  functionName: "start",
  invocationId: "i1",
  reason: "somebody asked",
  details: {
    trigger: "httpTrigger",
    parent,
    http: { method: "POST", url: new URL("https://shop.example:8443/api/start?code=secret") },
  },
};

describe("the span of a run", () => {
  it("is a child of what has caused it, and what the code sees is the span itself", () => {
    const seen = invocations.begin(request);
    invocations.finish({ ...request, durationMs: 20, httpStatus: 500 });

    const [span] = spans;
    expect(seen.traceParent).toBe(`00-${TRACE_ID}-${span?.context.spanId}-01`);
    expect(span).toMatchObject({ name: "start", kind: "server", parent: { spanId: "b7ad6b7169203331" } });
    expect(span).toMatchObject({ startedAt: 1000, endedAt: 1020 });
    // A 500 that was returned is an answer, not a failure of the function.
    expect(span?.error).toBeUndefined();
    expect(span?.attributes).toEqual({
      "faas.name": "start",
      "faas.trigger": "http",
      "faas.invocation_id": "i1",
      "faas.coldstart": true,
      InvocationId: "i1",
      Category: "Host.Results",
      LogLevel: "Information",
      ProcessId: String(process.pid),
      HostInstanceId: "host-1",
      FunctionExecutionTimeMs: "20",
      FullName: "Functions.start",
      TriggerReason: "somebody asked",
      HttpMethod: "POST",
      HttpPath: "/api/start",
      "http.request.method": "POST",
      "http.response.status_code": 500,
      "url.scheme": "https",
      "url.path": "/api/start",
      "server.address": "shop.example",
      "server.port": 8443,
    });
  });

  it("has a trace of its own without a cause, and only the first of a process is a cold start", () => {
    const timer = { functionName: "tick", invocationId: "i2", reason: "", details: { trigger: "timerTrigger" } };
    for (const run of [request, timer]) {
      invocations.begin(run);
      invocations.finish({ ...run, durationMs: 1 });
    }

    expect(spans[1]?.parent).toBeUndefined();
    expect(spans[1]?.context.traceId).not.toBe(TRACE_ID);
    expect(spans.map(({ attributes }) => attributes["faas.coldstart"])).toEqual([true, false]);
    expect(spans[1]?.attributes["faas.trigger"]).toBe("timer");
  });

  it("says what a function failed with", () => {
    invocations.begin(request);
    invocations.finish({ ...request, durationMs: 1, error: "no paper", stack: "TypeError: no paper\n at x" });

    expect(spans[0]).toMatchObject({
      error: "no paper",
      exception: { message: "no paper", stack: "TypeError: no paper\n at x" },
      attributes: { LogLevel: "Error" },
    });
  });

  it.each([
    ["orchestrationTrigger", { DurableFunctionsType: "Orchestrator", DurableFunctionsInstanceId: "x" }, "server"],
    ["entityTrigger", { DurableFunctionsType: "Entity", DurableFunctionsInstanceId: "x" }, "server"],
    ["queueTrigger", { "faas.trigger": "pubsub" }, "consumer"],
    ["blobTrigger", { "faas.trigger": "datasource" }, "server"],
  ])("of a %s says so", (trigger, attributes, kind) => {
    const run = {
      functionName: "f",
      invocationId: "i",
      reason: "",
      details: { trigger, instanceId: "x", links: [parent] },
    };
    invocations.begin(run);
    invocations.finish({ ...run, durationMs: 1 });

    expect(spans[0]).toMatchObject({ kind, attributes, links: [{ traceId: TRACE_ID }] });
  });

  it("is known to log entries until it ends", () => {
    const seen = invocations.begin(request);
    expect(seen.traceParent).toContain(invocations.contextOf("i1")?.spanId);
    invocations.finish({ ...request, durationMs: 1 });
    expect(invocations.contextOf("i1")).toBeUndefined();
    invocations.finish({ ...request, durationMs: 1 });
    expect(spans).toHaveLength(1);
  });
});

import { existsSync } from "node:fs";
import { join } from "node:path";
import { HostFixture, waitUntil } from "@durable-host/testkit";
import { LiveApp, TRACED } from "./live-app";
import { TelemetryReceiver, type ReceivedSpan } from "./telemetry-receiver";

jest.setTimeout(60_000);
const fixture = new HostFixture();
let receiver: TelemetryReceiver;
beforeEach(async () => (receiver = await TelemetryReceiver.start()));
afterEach(async () => {
  await fixture.dispose();
  await receiver.stop();
});

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";

function named(name: string): ReceivedSpan[] {
  return receiver.spans.filter((span) => span.name === name);
}

function only(name: string): ReceivedSpan {
  const found = named(name);
  expect(found.map((span) => span.name)).toEqual([name]);
  return found[0] as ReceivedSpan;
}

async function spanOf(name: string): Promise<ReceivedSpan> {
  return waitUntil(`the span ${name}`, () => named(name)[0]);
}

/** Starts the orchestration of the app as a traced client would; resolves to its instance id. */
async function startTraced(name: string): Promise<string> {
  const { origin } = { origin: `http://localhost:${await fixture.port()}` };
  const headers = { traceparent: `00-${TRACE_ID}-${CALLER}-01` };
  const response = await fetch(`${origin}/api/start/${name}?secret=1`, { method: "POST", headers });
  expect(response.status).toBe(202);
  return ((await response.json()) as { readonly id: string }).id;
}

describe("telemetry by OTLP", () => {
  it("makes one connected trace of a request and the orchestration it starts [DF87, FH22]", async () => {
    const app = new LiveApp(fixture, TRACED);
    const host = await fixture.start({ scriptRoot: app.scriptRoot, env: receiver.otlp });
    const client = await fixture.client();
    const id = await startTraced("everything");
    await client.waitFor(id, ({ customStatus }) => customStatus === "waiting");
    await client.raiseEvent(id, "go", 1);
    const end = await client.waitForEnd(id);
    expect(end.runtimeStatus).toBe("Completed");
    await spanOf("orchestration:everything");
    expect(await host.stop()).toMatchObject({ code: 0 });

    const request = only("start");
    expect(request).toMatchObject({ traceId: TRACE_ID, parentSpanId: CALLER, kind: 2, status: 1 });
    expect(request.attributes).toMatchObject({
      "faas.name": "start",
      "faas.trigger": "http",
      "http.response.status_code": 202,
      HttpMethod: "POST",
      HttpPath: "/api/start/everything",
    });
    expect(JSON.stringify(receiver.spans)).not.toContain("secret");

    const create = only("create_orchestration:everything");
    const orchestration = only("orchestration:everything");
    expect(create).toMatchObject({ parentSpanId: request.spanId, kind: 4 });
    expect(orchestration).toMatchObject({ parentSpanId: create.spanId, kind: 2, status: 1 });
    expect(orchestration.attributes).toMatchObject({
      "durabletask.type": "orchestration",
      "durabletask.task.name": "everything",
      "durabletask.task.instance_id": id,
      "durabletask.task.status": "Completed",
    });
    const [call, activity] = named("activity:greet").sort((a, b) => b.kind - a.kind) as [ReceivedSpan, ReceivedSpan];
    expect(call).toMatchObject({ kind: 3, parentSpanId: orchestration.spanId });
    expect(activity).toMatchObject({ kind: 2, parentSpanId: call.spanId });
    expect(activity.attributes).toMatchObject({ "durabletask.type": "activity", "durabletask.task.task_id": 0 });
    expect(only("greet")).toMatchObject({ parentSpanId: activity.spanId });
    expect(only("orchestration:everything:timer")).toMatchObject({ kind: 1, parentSpanId: orchestration.spanId });
    const [childCall, child] = named("orchestration:child").sort((a, b) => b.kind - a.kind) as [
      ReceivedSpan,
      ReceivedSpan,
    ];
    expect(childCall).toMatchObject({ kind: 3, parentSpanId: orchestration.spanId });
    expect(child).toMatchObject({ kind: 2, parentSpanId: childCall.spanId });
    const [entityCall, operation] = named("entity:counter:add").sort((a, b) => b.kind - a.kind) as [
      ReceivedSpan,
      ReceivedSpan,
    ];
    expect(entityCall).toMatchObject({ kind: 3, parentSpanId: orchestration.spanId });
    expect(operation).toMatchObject({ kind: 2, parentSpanId: entityCall.spanId });
    const signals = named("entity:counter:reset");
    expect(signals.map(({ kind }) => kind).sort((a, b) => a - b)).toEqual([4, 5]);
    expect(only("orchestration_event:go")).toMatchObject({ kind: 4 });
    expect(only("orchestration_event:go").attributes).toMatchObject({ "durabletask.event.target_instance_id": id });

    const traced = receiver.spans.filter(({ traceId }) => traceId === TRACE_ID);
    const ids = new Set(traced.map(({ spanId }) => spanId));
    expect(ids.size).toBe(traced.length);
    expect(traced.filter(({ parentSpanId }) => parentSpanId !== CALLER && !ids.has(parentSpanId))).toEqual([]);
    expect(traced.filter(({ startedAt, endedAt }) => endedAt < startedAt)).toEqual([]);
    expect(receiver.spans.length - traced.length).toBe(1);

    // What the code was told is the span of its own run.
    const { seen } = end.output as { seen: string };
    expect(seen).toBe(`00-${TRACE_ID}-${only("greet").spanId}-01`);
    const log = receiver.logs.find(({ body }) => body === "greeting somebody");
    expect(log).toMatchObject({ traceId: TRACE_ID, spanId: only("greet").spanId, severityText: "Information" });
    expect(log?.attributes).toMatchObject({ Category: "Function.greet.User" });
    expect(receiver.metrics).toContain("durable_host_work_items");
    expect(receiver.resources[0]).toMatchObject({ "faas.version": expect.any(String), "process.pid": host.pid });
  });

  it("tells of each span once when the host is killed in the middle [DF87]", async () => {
    const app = new LiveApp(fixture, TRACED);
    const marks = fixture.directory();
    const start = () => fixture.start({ scriptRoot: app.scriptRoot, env: { ...receiver.otlp, MARKS: marks } });
    const host = await start();
    const id = await startTraced("interrupted");
    await waitUntil("the second activity to begin", () => (existsSync(join(marks, "begun")) ? true : undefined));
    await spanOf("greet");
    await waitUntil("the first activity's spans", () => (named("activity:greet").length === 2 ? true : undefined));
    await host.kill();
    expect(named("orchestration:interrupted")).toEqual([]);

    const next = await start();
    const client = await fixture.client();
    expect((await client.waitForEnd(id)).runtimeStatus).toBe("Completed");
    await spanOf("orchestration:interrupted");
    await next.stop();

    const durable = receiver.spans.filter(({ attributes }) => "durabletask.type" in attributes);
    expect(durable.map(({ name, kind }) => `${name} ${kind}`).sort()).toEqual([
      "activity:greet 2",
      "activity:greet 3",
      "activity:hangsOnce 2",
      "activity:hangsOnce 3",
      "create_orchestration:interrupted 4",
      "orchestration:interrupted 2",
    ]);
    expect(new Set(durable.map(({ spanId }) => spanId)).size).toBe(durable.length);
    const orchestration = only("orchestration:interrupted");
    for (const call of durable.filter(({ kind }) => kind === 3)) expect(call.parentSpanId).toBe(orchestration.spanId);
    const first = named("activity:greet")[0] as ReceivedSpan;
    expect(orchestration.startedAt).toBeLessThanOrEqual(first.startedAt);
    expect(durable.every(({ traceId }) => traceId === TRACE_ID)).toBe(true);
  });

  it("tells of failures, with what was thrown", async () => {
    const app = new LiveApp(fixture, TRACED);
    const host = await fixture.start({ scriptRoot: app.scriptRoot, env: receiver.otlp });
    const client = await fixture.client();
    expect((await client.waitForEnd(await startTraced("failing"))).runtimeStatus).toBe("Failed");
    await spanOf("orchestration:failing");
    await host.stop();

    expect(named("activity:throws").map(({ status }) => status)).toEqual([2, 2]);
    expect(only("orchestration:failing")).toMatchObject({ status: 2 });
    const [exception] = only("throws").events;
    expect(exception?.name).toBe("exception");
    expect(exception?.attributes["exception.message"]).toContain("no more paper");
  });

  it("is protobuf unless it is said otherwise, and a signal can be switched off", async () => {
    const app = new LiveApp(fixture, TRACED);
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_LOGS_EXPORTER: "none",
      OTEL_SERVICE_NAME: "print-shop",
    };
    const host = await fixture.start({ scriptRoot: app.scriptRoot, env });
    const client = await fixture.client();
    await client.waitForEnd(await startTraced("failing"));
    await host.stop();

    const sent = Buffer.concat(receiver.protobuf.get("/v1/traces") ?? []);
    for (const text of ["orchestration:failing", "activity:throws", "durabletask.type", "print-shop"]) {
      expect(sent.includes(text)).toBe(true);
    }
    expect(sent.includes(Buffer.from(TRACE_ID, "hex"))).toBe(true);
    const metrics = Buffer.concat(receiver.protobuf.get("/v1/metrics") ?? []);
    expect(metrics.includes("durable_host_invocations")).toBe(true);
    expect([...receiver.protobuf.keys()]).not.toContain("/v1/logs");
  });

  it("says what it cannot do, or does not reach, and the host runs all the same", async () => {
    const app = new LiveApp(fixture, TRACED);
    const env = {
      ...receiver.otlp,
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
      OTEL_EXPORTER_OTLP_TIMEOUT: "500",
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "grpc",
    };
    const host = await fixture.start({ scriptRoot: app.scriptRoot, env });
    const client = await fixture.client();
    expect((await client.waitForEnd(await startTraced("everyday"))).runtimeStatus).toBe("Completed");
    await waitUntil("the host to say so", () => (/Telemetry: .*ECONNREFUSED/.test(host.output) ? true : undefined));
    expect(await host.stop()).toMatchObject({ code: 0 });

    await host.prints('The OTLP protocol "grpc" is not supported');
  });

  it("leaves the logs of an app to it that exports them itself", async () => {
    const app = new LiveApp(fixture, `${TRACED}\napp.setup({ capabilities: { WorkerOpenTelemetryEnabled: true } });`);
    const host = await fixture.start({ scriptRoot: app.scriptRoot, env: receiver.otlp });
    const client = await fixture.client();
    await client.waitForEnd(await startTraced("failing"));
    await spanOf("orchestration:failing");
    await host.stop();

    await host.prints("about to throw");
    expect(receiver.logs.map(({ body }) => body)).not.toContain("about to throw");
  });
});

describe("telemetry to Application Insights", () => {
  it("sends requests, dependencies, traces and exceptions of one operation, under the identity of the host", async () => {
    const app = new LiveApp(fixture, TRACED);
    const env = {
      ...receiver.applicationInsights,
      ...receiver.identity,
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: "Authorization=AAD;ClientId=shop-id",
      WEBSITE_SITE_NAME: "shop",
    };
    const host = await fixture.start({ scriptRoot: app.scriptRoot, env });
    const client = await fixture.client();
    await client.waitForEnd(await startTraced("failing"));
    await host.stop();

    const of = (baseType: string) => receiver.envelopes.filter(({ data }) => data.baseType === baseType);
    const request = of("RequestData").find(({ data }) => data.baseData["name"] === "start");
    expect(request?.data.baseData).toMatchObject({
      success: true,
      responseCode: "202",
      url: `http://localhost:${await fixture.port()}/api/start/failing`,
      properties: { InvocationId: expect.any(String), Category: "Host.Results", HttpMethod: "POST" },
    });
    expect(request?.sampleRate).toBe(100);
    expect(JSON.stringify(receiver.envelopes)).not.toContain("secret");
    expect(request?.tags).toMatchObject({
      "ai.operation.id": TRACE_ID,
      "ai.operation.parentId": CALLER,
      "ai.operation.name": "start",
      "ai.cloud.role": "shop",
    });
    const activity = of("RequestData").find(({ data }) => data.baseData["name"] === "throws");
    expect(activity?.data.baseData).toMatchObject({ success: false, responseCode: "0" });
    expect(of("RemoteDependencyData").map(({ data }) => data.baseData["name"])).toContain("activity:throws");
    expect(JSON.stringify(of("ExceptionData"))).toContain("no more paper");
    const log = of("MessageData").find(({ data }) => data.baseData["message"] === "about to throw");
    expect(log?.tags).toMatchObject({ "ai.operation.id": TRACE_ID });
    expect(log?.data.baseData["properties"]).toMatchObject({ Category: "Function.throws.User" });
    expect([...receiver.authorizations]).toEqual(["Bearer shop-id at https://monitor.azure.com/"]);
    expect(receiver.unknownPaths).toEqual([]);
  });

  it("says that nothing arrives, and the host runs all the same", async () => {
    const app = new LiveApp(fixture, TRACED);
    const key = "00000000-0000-0000-0000-000000000001";
    const connection = `InstrumentationKey=${key};IngestionEndpoint=http://127.0.0.1:9/`;
    const host = await fixture.start({
      scriptRoot: app.scriptRoot,
      env: { APPLICATIONINSIGHTS_CONNECTION_STRING: connection },
    });
    const client = await fixture.client();
    expect((await client.waitForEnd(await startTraced("everyday"))).runtimeStatus).toBe("Completed");
    await waitUntil("the host to say so", () =>
      /Telemetry: Application Insights has not got .*ECONNREFUSED/.test(host.output) ? true : undefined,
    );
    expect(await host.stop()).toMatchObject({ code: 0 });
  });
});

describe("logs as JSON", () => {
  it("are one object per line, from the first to the last", async () => {
    const app = new LiveApp(fixture, TRACED);
    const host = await fixture.start({ scriptRoot: app.scriptRoot, env: { DURABLE_HOST_LOG_FORMAT: "json" } });
    const client = await fixture.client();
    await client.waitForEnd(await startTraced("failing"));
    await host.stop();

    const lines = host.output.split("\n").filter((line) => line !== "");
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.at(0)?.["message"]).toMatch(/^durable-host /);
    expect(entries.at(-1)).toMatchObject({ level: "Information", message: "Stopped." });
    expect(entries.find(({ message }) => message === "about to throw")).toMatchObject({
      level: "Information",
      category: "Function.throws.User",
      functionName: "throws",
      invocationId: expect.any(String),
    });
  });
});

describe("metrics for Prometheus", () => {
  it("counts what the host does", async () => {
    const app = new LiveApp(fixture, TRACED);
    const host = await fixture.start({ scriptRoot: app.scriptRoot });
    const client = await fixture.client();
    await client.waitForEnd(await startTraced("failing"));
    const response = await fetch(`${host.url}/metrics`);
    const text = await response.text();

    expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    expect(text).toContain('durable_host_work_items_total{kind="activity",outcome="processed"} 1');
    expect(text).toContain('durable_host_invocations_total{function="throws",outcome="failed"} 1');
    expect(text).toContain('durable_host_invocations_total{function="start",outcome="succeeded"} 1');
    expect(text).toContain('durable_host_work_item_wait_seconds_count{kind="activity"} 1');
    expect(text).toContain('durable_host_history_events_count{status="Failed"} 1');
    expect(text).toContain('durable_host_pending_work_items{kind="activity"} 0');
    expect(text).toMatch(/durable_host_storage_flushes_total [1-9]/);
    expect(text).toMatch(
      /durable_host_storage_calls_total\{operation="commitOrchestration",outcome="succeeded"\} [1-9]/,
    );
    expect(text).toMatch(/durable_host_process_resident_memory_bytes [1-9]/);
    expect(text).toContain("durable_host_worker_restarts_total 0");
  });

  it("asks for the master key where keys are asked for, and can be switched off", async () => {
    const app = new LiveApp(fixture, TRACED);
    const host = await fixture.start({ scriptRoot: app.scriptRoot, args: ["--enable-auth"] });
    expect((await fetch(`${host.url}/metrics`)).status).toBe(401);
    await host.stop();

    const silent = await fixture.start({ scriptRoot: app.scriptRoot, env: { DURABLE_HOST_METRICS: "false" } });
    expect((await fetch(`${silent.url}/metrics`)).status).toBe(404);
  });
});

import { ErrorRecorder } from "@durable-host/testkit";
import { DurableHostError } from "@durable-host/engine";
import { callApi } from "./call-api";
import { FakeTaskHub } from "./fake-task-hub";

const BASE = "http://localhost:7071/runtime/webhooks/durabletask";
const QUERY = "taskHub=Orders&connection=SQLDB_Connection";

describe("POST /orchestrators/{name}", () => {
  it("answers 202 with the eight links, Location and Retry-After", async () => {
    const answer = await callApi(new FakeTaskHub(), "POST /orchestrators/hello/order%201", { body: "{}" });
    const instance = `${BASE}/instances/order%201`;
    expect(answer.status).toBe(202);
    expect(answer.headers).toEqual({
      "Content-Type": "application/json; charset=utf-8",
      Location: `${instance}?${QUERY}`,
      "Retry-After": "10",
    });
    expect(answer.json).toEqual({
      id: "order 1",
      statusQueryGetUri: `${instance}?${QUERY}`,
      sendEventPostUri: `${instance}/raiseEvent/{eventName}?${QUERY}`,
      terminatePostUri: `${instance}/terminate?reason={text}&${QUERY}`,
      purgeHistoryDeleteUri: `${instance}?${QUERY}`,
      restartPostUri: `${instance}/restart?${QUERY}`,
      suspendPostUri: `${instance}/suspend?reason={text}&${QUERY}`,
      resumePostUri: `${instance}/resume?reason={text}&${QUERY}`,
    });
  });

  it("passes the input on as the text that was sent, the version and the trace context [DF87]", async () => {
    const hub = new FakeTaskHub();
    const body = '{ "amount": 12345678901234567890, "x": 1.0 }';
    await callApi(hub, "POST /orchestrators/hello?Version=2.0", {
      body,
      headers: { traceparent: "00-a-b-01", tracestate: "k=v" },
    });
    expect(hub.calls).toEqual([
      [
        "start",
        {
          name: "hello",
          instanceId: undefined,
          input: body,
          version: "2.0",
          traceContext: { traceParent: "00-a-b-01", traceState: "k=v" },
        },
      ],
    ]);
  });

  it("passes tags on, each as it was given", async () => {
    const hub = new FakeTaskHub();
    const answer = await callApi(hub, "POST /orchestrators/hello?tag=tenant:a&tag=note:5:30%20pm&tag=__proto__:x");
    expect(answer.status).toBe(202);
    const tags = Object.fromEntries([
      ["tenant", "a"],
      ["note", "5:30 pm"],
      ["__proto__", "x"],
    ]);
    expect(hub.calls).toEqual([["start", { name: "hello", input: null, tags }]]);
  });

  it("takes an empty body as no input and the SDK's empty string as an empty string", async () => {
    const hub = new FakeTaskHub();
    await callApi(hub, "POST /orchestrators/hello");
    await callApi(hub, "POST /orchestrators/hello", { body: '""' });
    expect(hub.calls).toMatchObject([
      [expect.anything(), { input: null }],
      [expect.anything(), { input: '""' }],
    ]);
  });

  it("drops a tracestate that is longer than 513 characters", async () => {
    const hub = new FakeTaskHub();
    await callApi(hub, "POST /orchestrators/hello", {
      headers: { traceparent: "00-a-b-01", tracestate: "x".repeat(514) },
    });
    expect(hub.calls).toMatchObject([["start", { traceContext: { traceParent: "00-a-b-01" } }]]);
    expect(JSON.stringify(hub.calls)).not.toContain("xxx");
  });

  it("refuses a body that is not JSON", async () => {
    const hub = new FakeTaskHub();
    const answer = await callApi(hub, "POST /orchestrators/hello", { body: "{city" });
    expect(answer).toMatchObject({ status: 400, json: { Message: "Invalid JSON content" } });
    expect(hub.calls).toEqual([]);
  });

  it("answers 400 with the known orchestrators for an unknown one", async () => {
    const answer = await callApi(new FakeTaskHub(), "POST /orchestrators/nope");
    expect(answer).toMatchObject({
      status: 400,
      json: {
        Message: "One or more of the arguments submitted is incorrect",
        ExceptionMessage: "The function 'nope' doesn't exist. Known: 'hello'.",
        ExceptionType: "System.ArgumentException",
      },
    });
  });

  it("answers 500 for an id that is in use, with the reason", async () => {
    const hub = new FakeTaskHub();
    const message = "An Orchestration instance with the status Running already exists.";
    hub.failWith = new DurableHostError("INSTANCE_EXISTS", message);
    expect(await callApi(hub, "POST /orchestrators/hello/i1")).toMatchObject({
      status: 500,
      json: { ExceptionMessage: message, ExceptionType: "System.InvalidOperationException" },
    });
  });

  it("refuses a body over the limit, declared or not", async () => {
    const api = { bodyLimit: 10 };
    const body = JSON.stringify("x".repeat(20));
    const hub = new FakeTaskHub();
    const declared = await callApi(hub, "POST /orchestrators/hello", {
      api,
      body,
      headers: { "content-length": "22" },
    });
    const undeclared = await callApi(hub, "POST /orchestrators/hello", { api, body });
    expect([declared.status, undeclared.status]).toEqual([413, 413]);
    expect(hub.calls).toEqual([]);
  });

  it("does not leak an unforeseen error to the caller but logs it", async () => {
    const hub = new FakeTaskHub();
    const logger = new ErrorRecorder();
    hub.failWith = new TypeError("secret detail");
    const answer = await callApi(hub, "POST /orchestrators/hello", { api: { logger } });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain("secret");
    expect(logger.errors).toEqual([[expect.stringContaining("/orchestrators/hello"), { error: hub.failWith }]]);
  });

  it("answers 503 while the store cannot be reached, so that the caller may try again", async () => {
    const hub = new FakeTaskHub();
    hub.failWith = new DurableHostError("STORAGE_TRANSIENT", "The disk is full.");
    expect(await callApi(hub, "POST /orchestrators/hello")).toMatchObject({
      status: 503,
      json: { ExceptionMessage: "The disk is full." },
    });
  });
});

describe("POST /orchestrators/{name}?timeout", () => {
  it("answers with the bare output when the orchestration completes in time", async () => {
    const hub = new FakeTaskHub();
    hub.ended = { runtimeStatus: "Completed", output: '["Hello Tokyo!"]' };
    const answer = await callApi(hub, "POST /orchestrators/hello?timeout=2.5&pollingInterval=1");
    expect(answer).toMatchObject({ status: 200, text: '["Hello Tokyo!"]' });
    expect(hub.calls).toMatchObject([["startAndWait", { name: "hello" }, 2500]]);
  });

  it("needs no polling interval", async () => {
    const hub = new FakeTaskHub();
    hub.ended = { runtimeStatus: "Completed", output: null };
    expect(await callApi(hub, "POST /orchestrators/hello?timeout=10")).toMatchObject({ status: 200, text: "null" });
  });

  it("answers 202 with links when it still runs", async () => {
    const hub = new FakeTaskHub();
    hub.ended = { runtimeStatus: "Running" };
    const answer = await callApi(hub, "POST /orchestrators/hello/i9?timeout=1");
    expect(answer).toMatchObject({ status: 202, json: { id: "i9" }, headers: { "Retry-After": "10" } });
  });

  it.each([
    ["", 200],
    ["&returnInternalServerErrorOnFailure=true", 500],
  ])("answers a failure with its status (query '%s': %i)", async (query, status) => {
    const hub = new FakeTaskHub();
    hub.ended = { runtimeStatus: "Failed", output: "Orchestrator function 'hello' failed: boom" };
    const answer = await callApi(hub, `POST /orchestrators/hello?timeout=1${query}`);
    expect(answer).toMatchObject({
      status,
      json: { runtimeStatus: "Failed", output: "Orchestrator function 'hello' failed: boom" },
    });
  });

  it("refuses a polling interval above the timeout", async () => {
    const answer = await callApi(new FakeTaskHub(), "POST /orchestrators/hello?timeout=1&pollingInterval=2");
    expect(answer.status).toBe(400);
  });

  it.each(["timeout=abc", "timeout=", "pollingInterval=1"])("starts without waiting for %s", async (query) => {
    const hub = new FakeTaskHub();
    expect((await callApi(hub, `POST /orchestrators/hello?${query}`)).status).toBe(202);
    expect(hub.calls).toMatchObject([["start", {}]]);
  });

  it("answers 404 when the instance was purged during the wait", async () => {
    const hub = new FakeTaskHub();
    hub.ended = undefined;
    expect((await callApi(hub, "POST /orchestrators/hello?timeout=1")).status).toBe(404);
  });
});

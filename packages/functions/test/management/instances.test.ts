import { DurableHostError } from "@durable-host/engine";
import { callApi } from "./call-api";
import { FakeTaskHub } from "./fake-task-hub";

describe("GET /instances", () => {
  it("passes the filters on and shows inputs by default [DF13, DF16]", async () => {
    const hub = new FakeTaskHub().add({ instanceId: "a" }).add({ instanceId: "b", runtimeStatus: "Completed" });
    const answer = await callApi(
      hub,
      "GET /instances/?createdTimeFrom=2026-01-01T00:00:00&createdTimeTo=2026-01-02&runtimeStatus=Running,%20Completed,running&instanceIdPrefix=x&top=7",
    );
    expect(hub.calls).toEqual([
      [
        "queryInstances",
        {
          createdFrom: Date.UTC(2026, 0, 1),
          createdTo: Date.UTC(2026, 0, 2),
          statuses: ["Running", "Completed"],
          instanceIdPrefix: "x",
          top: 7,
          continuationToken: undefined,
        },
      ],
    ]);
    expect(answer).toMatchObject({
      status: 200,
      json: [{ instanceId: "a", input: { city: "Tokyo" } }, { instanceId: "b" }],
    });
    expect(answer.headers).not.toHaveProperty("x-ms-continuation-token");
  });

  it("ignores values that do not parse", async () => {
    const hub = new FakeTaskHub();
    await callApi(hub, "GET /instances?top=x&createdTimeFrom=soon&runtimeStatus=Nope");
    expect(hub.calls).toEqual([
      [
        "queryInstances",
        {
          createdFrom: undefined,
          createdTo: undefined,
          statuses: undefined,
          instanceIdPrefix: undefined,
          top: 100,
          continuationToken: undefined,
        },
      ],
    ]);
  });

  it("carries the continuation token both ways [DF15]", async () => {
    const hub = new FakeTaskHub();
    hub.nextToken = "page-3";
    const answer = await callApi(hub, "GET /instances?top=1", { headers: { "x-ms-continuation-token": "page-2" } });
    expect(hub.calls).toMatchObject([["queryInstances", { top: 1, continuationToken: "page-2" }]]);
    expect(answer.headers["x-ms-continuation-token"]).toBe("page-3");
  });
});

describe("GET /instances with the filters of a search", () => {
  it("passes name, tags and custom status on, together with the others [DF16]", async () => {
    const hub = new FakeTaskHub();
    const answer = await callApi(
      hub,
      "GET /instances?Name=ProcessOrder&tag=tenant:a&TAG=url:http://x/?a%3Db&customStatus=%22100%25%22&runtimeStatus=Running&instanceIdPrefix=o",
    );
    expect(answer.status).toBe(200);
    expect(hub.calls).toMatchObject([
      [
        "queryInstances",
        {
          name: "ProcessOrder",
          tags: { tenant: "a", url: "http://x/?a=b" },
          customStatusContains: '"100%"',
          statuses: ["Running"],
          instanceIdPrefix: "o",
        },
      ],
    ]);
  });

  it("takes blank values as no filter, and a tag's empty value as one", async () => {
    const hub = new FakeTaskHub();
    await callApi(hub, "GET /instances?name=&customStatus=&tag=done:");
    expect(hub.calls).toEqual([["queryInstances", { tags: { done: "" }, top: 100 }]]);
  });

  it.each([
    ["tenant", "write tag=<key>:<value>"],
    [":a", "write tag=<key>:<value>"],
    ["", "write tag=<key>:<value>"],
    ["tenant:a&tag=tenant:b", "the key 'tenant' has another value before"],
  ])("answers 400 for tag=%s, says what to do, and asks nothing", async (tag, advice) => {
    for (const line of [
      "GET /instances?",
      "DELETE /instances?createdTimeFrom=2026-01-01&",
      "POST /orchestrators/hello?",
    ]) {
      const hub = new FakeTaskHub().add({ runtimeStatus: "Completed" });
      const answer = await callApi(hub, `${line}tag=${tag}`);
      expect(answer).toMatchObject({ status: 400, json: { ExceptionMessage: expect.stringContaining(advice) } });
      expect(hub.calls).toEqual([]);
    }
  });

  it("takes a tag that is given twice once", async () => {
    const hub = new FakeTaskHub();
    await callApi(hub, "GET /instances?tag=a:1&tag=a:1");
    expect(hub.calls).toMatchObject([["queryInstances", { tags: { a: "1" } }]]);
  });

  it("shows the tags of those that have some", async () => {
    const hub = new FakeTaskHub()
      .add({ instanceId: "a", tags: { tenant: 'a"b' } })
      .add({ instanceId: "b" })
      .add({ instanceId: "c", tags: {} });
    const { json } = await callApi(hub, "GET /instances");
    expect((json as { tags?: unknown }[]).map(({ tags }) => tags)).toEqual([{ tenant: 'a"b' }, undefined, undefined]);
    expect((await callApi(hub, "GET /instances/a")).json).toMatchObject({ tags: { tenant: 'a"b' } });
    expect((await callApi(hub, "GET /instances/b")).json).not.toHaveProperty("tags");
  });
});

describe("DELETE /instances", () => {
  it("deletes one instance once", async () => {
    const hub = new FakeTaskHub().add();
    expect(await callApi(hub, "DELETE /instances/i1")).toMatchObject({ status: 200, json: { instancesDeleted: 1 } });
    expect((await callApi(hub, "DELETE /instances/i1")).status).toBe(404);
  });

  it("deletes those created in a period", async () => {
    const hub = new FakeTaskHub().add({ runtimeStatus: "Failed" });
    const answer = await callApi(hub, "DELETE /instances/?createdTimeFrom=2026-01-01T00:00:00Z&runtimeStatus=Failed");
    expect(answer).toMatchObject({ status: 200, json: { instancesDeleted: 1 } });
    expect(hub.calls).toEqual([
      [
        "purgeInstances",
        { createdFrom: Date.UTC(2026, 0, 1), createdTo: undefined, statuses: ["Failed"] },
        { recursive: false },
      ],
    ]);
  });

  it("deletes sub-orchestrations too when asked, and names those it has left", async () => {
    const hub = new FakeTaskHub().add({ runtimeStatus: "Failed" });
    hub.leftRunning = ["child"];
    const json = { instancesDeleted: 1, instancesLeftRunning: ["child"] };
    const all = await callApi(hub, "DELETE /instances?createdTimeFrom=2026-01-01&recursive=true");
    expect([all.status, all.json]).toEqual([200, json]);
    expect(await callApi(hub, "DELETE /instances/i1?recursive=TRUE")).toMatchObject({ status: 200, json });
    expect(hub.calls.map((call) => call.at(-1))).toEqual([{ recursive: true }, { recursive: true }]);
  });

  it("answers 409 for an instance that is being started again", async () => {
    const hub = new FakeTaskHub().add();
    hub.failWith = new DurableHostError("INSTANCE_RUNNING", "The instance 'i1' is being started again.");
    const answer = await callApi(hub, "DELETE /instances/i1");
    expect(answer).toMatchObject({
      status: 409,
      json: { ExceptionMessage: "The instance 'i1' is being started again." },
    });
  });

  it("deletes only what meets the filters of a search", async () => {
    const hub = new FakeTaskHub().add({ runtimeStatus: "Failed" });
    await callApi(
      hub,
      "DELETE /instances?createdTimeFrom=2026-01-01&name=hello&tag=tenant:a&customStatus=Done&instanceIdPrefix=i",
    );
    expect(hub.calls).toMatchObject([
      [
        "purgeInstances",
        {
          createdFrom: Date.UTC(2026, 0, 1),
          name: "hello",
          tags: { tenant: "a" },
          customStatusContains: "Done",
          instanceIdPrefix: "i",
        },
        { recursive: false },
      ],
    ]);
  });

  it("answers 404 when nothing matches", async () => {
    const answer = await callApi(new FakeTaskHub(), "DELETE /instances?createdTimeFrom=2026-01-01T00:00:00Z");
    expect(answer.status).toBe(404);
  });

  it("asks for createdTimeFrom with a JSON string", async () => {
    const answer = await callApi(new FakeTaskHub(), "DELETE /instances");
    expect(answer).toMatchObject({ status: 400, json: "Please provide value for 'createdTimeFrom' parameter." });
  });

  it("deletes nothing when a status is misspelt", async () => {
    const hub = new FakeTaskHub().add({ runtimeStatus: "Completed" });
    const answer = await callApi(hub, "DELETE /instances?createdTimeFrom=2026-01-01&runtimeStatus=Compelted");
    expect(answer.status).toBe(400);
    expect(hub.calls).toEqual([]);
  });
});

describe("POST /instances/{id}/raiseEvent/{name}", () => {
  it("delivers the JSON text", async () => {
    const hub = new FakeTaskHub().add();
    expect((await callApi(hub, "POST /instances/i1/RaiseEvent/Approval", { body: '{"ok":true}' })).status).toBe(202);
    expect(hub.calls).toEqual([["raiseEvent", "i1", "Approval", '{"ok":true}']]);
  });

  it.each([
    ["text/plain", '"x"'],
    ["application/json", ""],
    ["application/json", "{oops"],
  ])("answers 400 for %s with the body '%s'", async (contentType, body) => {
    const hub = new FakeTaskHub().add();
    const headers = { "content-type": contentType };
    expect((await callApi(hub, "POST /instances/i1/raiseEvent/Approval", { headers, body })).status).toBe(400);
    expect(hub.calls).toEqual([]);
  });

  it("accepts a content type with a charset", async () => {
    const headers = { "content-type": "Application/JSON; charset=utf-8" };
    const answer = await callApi(new FakeTaskHub().add(), "POST /instances/i1/raiseEvent/E", { headers, body: "null" });
    expect(answer.status).toBe(202);
  });

  it("answers 404 for an unknown and 410 for an ended instance", async () => {
    const hub = new FakeTaskHub().add({ runtimeStatus: "Completed" });
    expect((await callApi(hub, "POST /instances/x/raiseEvent/E", { body: "1" })).status).toBe(404);
    expect(await callApi(hub, "POST /instances/i1/raiseEvent/E", { body: "1" })).toMatchObject({
      status: 410,
      text: undefined,
    });
  });
});

describe("POST /instances/{id}/{operation}", () => {
  it.each(["terminate", "suspend", "resume"])("%s passes the reason on", async (operation) => {
    const hub = new FakeTaskHub().add();
    expect((await callApi(hub, `POST /instances/i1/${operation}?reason=too%20late`)).status).toBe(202);
    expect(hub.calls[0]?.slice(0, 3)).toEqual([operation, "i1", "too late"]);
  });

  it("terminates sub-orchestrations only when asked [DF22]", async () => {
    const hub = new FakeTaskHub().add();
    await callApi(hub, "POST /instances/i1/terminate");
    await callApi(hub, "POST /instances/i1/terminate?recursive=true");
    expect(hub.calls).toEqual([
      ["terminate", "i1", null, { recursive: false }],
      ["terminate", "i1", null, { recursive: true }],
    ]);
  });

  it.each(["terminate", "suspend", "resume"])("%s answers 404 and 410", async (operation) => {
    const hub = new FakeTaskHub().add({ runtimeStatus: "Terminated" });
    expect((await callApi(hub, `POST /instances/x/${operation}`)).status).toBe(404);
    expect((await callApi(hub, `POST /instances/i1/${operation}`)).status).toBe(410);
  });

  it("answers 500 for suspending twice", async () => {
    const hub = new FakeTaskHub().add({ runtimeStatus: "Suspended" });
    expect(await callApi(hub, "POST /instances/i1/suspend")).toMatchObject({
      status: 500,
      json: { ExceptionMessage: "Cannot suspend: it is already suspended." },
    });
  });

  it("rewinds, and says in plain text why it does not", async () => {
    const hub = new FakeTaskHub().add({ runtimeStatus: "Failed" });
    expect((await callApi(hub, "POST /instances/i1/rewind?reason=fixed")).status).toBe(202);
    expect(hub.calls).toContainEqual(["rewind", "i1", "fixed"]);
    hub.failWith = new DurableHostError("INSTANCE_NOT_FAILED", "Only a Failed instance can be rewound.");
    const refused = await callApi(hub, "POST /instances/i1/rewind?reason=fixed");
    expect([refused.status, refused.text]).toEqual([412, "Only a Failed instance can be rewound."]);
    expect(refused.headers["Content-Type"]).toBe("text/plain; charset=utf-8");
  });

  it("restarts under a new id, or its own, and answers 400 for an unknown instance", async () => {
    const hub = new FakeTaskHub().add();
    expect((await callApi(hub, "POST /instances/i1/restart")).json).toMatchObject({ id: "0".repeat(32) });
    const own = await callApi(hub, "POST /instances/i1/restart?restartWithNewInstanceId=false");
    expect([own.status, own.json]).toEqual([202, expect.objectContaining({ id: "i1" })]);
    expect((await callApi(hub, "POST /instances/nobody/restart")).status).toBe(400);
  });
});

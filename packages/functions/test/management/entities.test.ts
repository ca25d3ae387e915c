import { callApi } from "./call-api";
import { FakeTaskHub, T0 } from "./fake-task-hub";

function hubWithCounter(): FakeTaskHub {
  const hub = new FakeTaskHub();
  hub.entities.set("Counter/a", {
    id: { name: "counter", key: "a" },
    state: '{"value":5}',
    lastOperationAt: T0,
    backlog: 0,
  });
  return hub;
}

describe("GET /entities/{name}/{key}", () => {
  it("answers the state as stored", async () => {
    const answer = await callApi(hubWithCounter(), "GET /entities/Counter/a");
    expect(answer).toMatchObject({ status: 200, text: '{"value":5}' });
  });

  it("answers 404 for an entity that does not exist", async () => {
    expect((await callApi(hubWithCounter(), "GET /entities/Counter/b")).status).toBe(404);
  });

  it("reads $ as the empty key", async () => {
    const hub = hubWithCounter();
    await callApi(hub, "GET /entities/Counter/$");
    expect(hub.calls).toEqual([["getEntity", { name: "Counter", key: "" }]]);
  });
});

describe("GET /entities", () => {
  it("lists those of a name, without state unless asked", async () => {
    const hub = hubWithCounter();
    hub.nextToken = "more";
    const answer = await callApi(hub, "GET /entities/counter?lastOperationTimeFrom=2026-01-01T00:00:00Z&top=5");
    expect(hub.calls).toEqual([
      [
        "queryEntities",
        {
          name: "counter",
          lastOperationFrom: Date.UTC(2026, 0, 1),
          lastOperationTo: undefined,
          fetchState: false,
          top: 5,
          continuationToken: undefined,
        },
      ],
    ]);
    expect(answer.headers["x-ms-continuation-token"]).toBe("more");
    expect(answer.json).toEqual([
      { entityId: { name: "counter", key: "a" }, lastOperationTime: "2026-01-02T03:04:05.678Z" },
    ]);
  });

  it("adds the state on demand", async () => {
    const answer = await callApi(hubWithCounter(), "GET /entities?fetchState=true");
    expect(answer.json).toMatchObject([{ state: { value: 5 } }]);
  });
});

describe("POST and DELETE /entities/{name}/{key}", () => {
  it.each([
    ["application/json", "5", "5"],
    ["text/plain", "hello", '"hello"'],
    ["application/json", "", null],
  ])("signals with a %s body '%s' as %s", async (contentType, body, input) => {
    const hub = new FakeTaskHub();
    const answer = await callApi(hub, "POST /entities/Counter/a?op=add", {
      headers: { "content-type": contentType },
      body,
    });
    expect(answer.status).toBe(202);
    expect(hub.calls).toEqual([["signalEntity", { name: "Counter", key: "a" }, "add", input]]);
  });

  it("refuses a body that says JSON and is not", async () => {
    const hub = new FakeTaskHub();
    expect((await callApi(hub, "POST /entities/Counter/a?op=add", { body: "{" })).status).toBe(400);
    expect(hub.calls).toEqual([]);
  });

  it("signals the empty operation when none is named", async () => {
    const hub = new FakeTaskHub();
    await callApi(hub, "POST /entities/Counter/a", { body: "1" });
    expect(hub.calls).toMatchObject([["signalEntity", {}, "", "1"]]);
  });

  it("deletes by signalling delete", async () => {
    const hub = new FakeTaskHub();
    expect((await callApi(hub, "DELETE /entities/Counter/a")).status).toBe(202);
    expect(hub.calls).toEqual([["signalEntity", { name: "Counter", key: "a" }, "delete", null]]);
  });
});

describe("POST /entities/$clean", () => {
  it("cleans up, and says what it has mended", async () => {
    const hub = new FakeTaskHub();
    const answer = await callApi(hub, "POST /entities/$clean");
    expect([answer.status, answer.json]).toEqual([200, { emptyEntitiesRemoved: 2, orphanedLocksReleased: 1 }]);
    expect(hub.calls).toEqual([["cleanEntities"]]);
  });

  it("is no way to signal an entity", async () => {
    const hub = new FakeTaskHub();
    expect((await callApi(hub, "POST /entities/counter")).status).toBe(404);
    expect(hub.calls).toEqual([]);
  });
});

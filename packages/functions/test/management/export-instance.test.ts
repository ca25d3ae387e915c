import type { HistoryEvent } from "@durable-host/engine";
import { callApi } from "./call-api";
import { anInstance, FakeTaskHub, T0 } from "./fake-task-hub";

const STARTED: HistoryEvent = {
  type: "ExecutionStarted",
  timestamp: T0,
  name: "hello",
  version: "",
  input: "1",
  instance: { instanceId: "i1", executionId: "e1" },
};
const CHILD: HistoryEvent = {
  type: "SubOrchestrationCreated",
  timestamp: T0 + 1,
  eventId: 0,
  name: "child",
  instanceId: "i1:0",
  input: null,
};

function aHub(): FakeTaskHub {
  const hub = new FakeTaskHub().add().add({ instanceId: "i1:0", name: "child" });
  hub.histories.set("i1", [STARTED, CHILD]);
  return hub;
}

describe("GET instances/{id}/export", () => {
  it("answers with state and history as they are stored", async () => {
    const answer = await callApi(aHub(), "GET /instances/i1/export");

    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      format: "durable-host-history",
      version: 1,
      exportedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      instances: [{ ...anInstance(), history: [STARTED, CHILD] }],
    });
  });

  it("adds sub-orchestrations when asked to", async () => {
    const { json } = await callApi(aHub(), "GET /instances/i1/export?recursive=true");

    expect((json as { instances: { instanceId: string }[] }).instances.map((each) => each.instanceId)).toEqual([
      "i1",
      "i1:0",
    ]);
  });

  it("answers 404 when there is no such instance", async () => {
    expect((await callApi(aHub(), "GET /instances/none/export")).status).toBe(404);
  });
});

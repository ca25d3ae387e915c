import { EntityId } from "durable-functions";
import { SCHEMA_VERSION } from "../../../src/worker/orchestrator/orchestration-payload";
import { TestOrchestration, type TestContext } from "./run-orchestration";

// The SDK exports its handler factory to applications only through registration with a running host.
const { createOrchestrator } = require("durable-functions/lib/src/util/testingUtils") as {
  readonly createOrchestrator: (
    fn: (context: TestContext) => Generator<unknown, unknown, never>,
  ) => (payload: object, context: object) => Promise<unknown>;
};

function* locks({ df }: TestContext): Generator<unknown, unknown, never> {
  yield df.lock(new EntityId("account", "a"));
  return "locked";
}

/** What a host sends first whose newest replay schema is this one. */
function firstEpisode(upperSchemaVersionNew: number): object {
  const event = { EventId: -1, IsPlayed: false, Timestamp: "2030-01-01T00:00:00Z" };
  const started = { ...event, EventType: 0, Name: "locks", Version: "", Input: null };
  return {
    history: [{ ...event, EventType: 12 }, started],
    input: null,
    instanceId: "i1",
    isReplaying: false,
    parentInstanceId: null,
    upperSchemaVersion: 1,
    upperSchemaVersionNew,
  };
}

describe("the replay schema", () => {
  it("below the newest makes the SDK refuse locks [DF77]", async () => {
    const episode = createOrchestrator(locks)(firstEpisode(2), {});
    await expect(episode).rejects.toThrow(/schema V4/);
  });

  it("that this host offers is the newest, and allows them [DF77]", async () => {
    const state = await createOrchestrator(locks)(firstEpisode(SCHEMA_VERSION), {});
    expect(state).toMatchObject({ isDone: false, schemaVersion: 3, actions: [[{ actionType: 13 }]] });

    const result = await new TestOrchestration(locks).start();
    expect(result.actions).toMatchObject([{ type: "SendEvent", instanceId: "@account@a", name: "op" }]);
    expect(result.completion).toBeUndefined();
  });
});

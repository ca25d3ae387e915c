import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createTestHub, replayHistory, ReplayMismatchError, type TestHub } from "../../src/testing";
// After the kit, as in the tests of users.
import * as df from "durable-functions";

const HOUR = 60 * 60 * 1000;

/** What the code of today does; a test changes it between recording and replay. */
const today = { first: "charge", extra: false, ends: true };

df.app.activity("charge", { handler: () => "charged" });
df.app.activity("ship", { handler: () => "shipped" });
df.app.orchestration("order", function* ({ df: context }) {
  yield context.callActivity(today.first);
  yield context.createTimer(new Date(context.currentUtcDateTime.getTime() + HOUR));
  const child = yield context.callSubOrchestrator("delivery");
  if (today.extra) yield context.callActivity("ship");
  if (!today.ends) throw new Error("not today");
  return child;
});
df.app.orchestration("delivery", function* ({ df: context }) {
  yield context.callEntity(new df.EntityId("stock", "book"), "take");
  const go = yield context.waitForExternalEvent("Go");
  if (!context.isReplaying) context.setCustomStatus("went");
  return [go, yield context.callActivity("ship")];
});
df.app.entity("stock", ({ df: context }) => context.setState(1));

let hub: TestHub;
beforeEach(async () => {
  Object.assign(today, { first: "charge", extra: false, ends: true });
  hub = await createTestHub();
});
afterEach(() => hub.dispose());

/** Runs an order, with its delivery, to the end or until the delivery waits. */
async function anOrder({ toTheEnd = true } = {}): Promise<string> {
  const id = await hub.start("order", { instanceId: "o-1" });
  await hub.advance(2 * HOUR);
  const child = (await hub.history(id)).find((event) => event.type === "SubOrchestrationCreated");
  if (toTheEnd && child) {
    await hub.raiseEvent(child.instanceId, "Go", 1);
    await hub.waitFor(id);
  }
  return id;
}

describe("replaying a recorded history", () => {
  it("agrees with the code that was recorded, sub-orchestrations included", async () => {
    const recorded = await hub.exportInstances(await anOrder());

    expect(recorded.instances.map(({ name }) => name)).toEqual(["order", "delivery"]);
    await expect(replayHistory(recorded)).resolves.toEqual([
      { instanceId: "o-1", name: "order", episodes: 4, completion: "Completed" },
      { instanceId: expect.any(String), name: "delivery", episodes: 4, completion: "Completed" },
    ]);
  });

  it("agrees with an instance that was recorded while it waited", async () => {
    const recorded = await hub.exportInstances(await anOrder({ toTheEnd: false }));

    await expect(replayHistory(recorded, { instanceIds: ["o-1"] })).resolves.toEqual([
      { instanceId: "o-1", name: "order", episodes: 3 },
    ]);
  });

  it.each([
    [
      "calls another activity",
      { first: "ship" },
      1,
      "named 'charge' with sequence ID 0, but when its code was replayed it asked for an activity task named 'ship'",
    ],
    ["calls one more", { extra: true }, 4, "asked for an activity task named 'ship' with sequence ID"],
    [
      "ends in another way",
      { ends: false },
      4,
      "completed, but when its code was replayed it failed (Orchestrator function 'order' failed: not today)",
    ],
  ])(
    "says in which episode, and how, code that %s does not do what it did",
    async (_what, change, episode, message) => {
      const recorded = await hub.exportInstances(await anOrder());
      Object.assign(today, change);

      const replayed = replayHistory(recorded);
      await expect(replayed).rejects.toBeInstanceOf(ReplayMismatchError);
      await expect(replayed).rejects.toMatchObject({ instanceId: "o-1", episode });
      await expect(replayed).rejects.toThrow(message);
    },
  );

  it("names the place in the source", async () => {
    const recorded = await hub.exportInstances(await anOrder());
    today.first = "ship";

    await expect(replayHistory(recorded)).rejects.toThrow("replay-history.test.ts:");
  });

  it("reads files, by path and by URL, and says of others that they are none", async () => {
    const directory = await mkdtemp(join(tmpdir(), "durable-replay-"));
    try {
      const [file, other] = [join(directory, "order.json"), join(directory, "other.json")];
      await writeFile(file, JSON.stringify(await hub.exportInstances(await anOrder())));
      await writeFile(other, "{ nonsense");

      await expect(replayHistory(file)).resolves.toHaveLength(2);
      await expect(replayHistory(pathToFileURL(file))).resolves.toHaveLength(2);
      await expect(replayHistory(other)).rejects.toThrow(`${other} is no recorded history`);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

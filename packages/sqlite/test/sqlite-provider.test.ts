import {
  aCommit,
  anActivityTask,
  anEventRaised,
  anExecutionStarted,
  anExecutionTerminated,
  aTaskCompleted,
} from "@durable-host/testkit";
import { aSqliteFixture, type SqliteFixture } from "./sqlite-fixture";

let fixture: SqliteFixture;
afterEach(() => fixture.dispose());

const create = (instanceId: string) => fixture.provider().createInstance(anExecutionStarted(instanceId), new Set());
const ids = (count: number) => Array.from({ length: count }, (_, index) => `i${index}`);

/** Runs all that is locked at one moment, with all commits submitted together. */
async function runAll(): Promise<void> {
  const provider = fixture.provider();
  const items = await provider.lockOrchestrations("orchestration", 1_000);
  const activity = (instanceId: string) => [anActivityTask(instanceId, 1)];
  await Promise.all(
    items.map((item) =>
      provider.commitOrchestration(item, aCommit(item, { activities: activity(item.instance.instanceId) })),
    ),
  );
  const activities = await provider.lockActivities(1_000);
  await Promise.all(activities.map((item) => provider.commitActivity(item, aTaskCompleted(1))));
}

it("shares one flush among all commits that are waiting", async () => {
  fixture = await aSqliteFixture();
  await Promise.all(ids(200).map(create));
  await runAll();
  expect(fixture.provider().counters).toEqual({ flushes: 3, operations: 600 });
});

it("flushes each commit by itself when asked to", async () => {
  fixture = await aSqliteFixture({ flush: "each" });
  await Promise.all(ids(20).map(create));
  await runAll();
  expect(fixture.provider().flush).toBe("each");
  expect(fixture.provider().counters).toEqual({ flushes: 60, operations: 60 });
});

it("hands out the same work whether bodies are in memory or only in the file", async () => {
  fixture = await aSqliteFixture({ bodyCacheBytes: 1_000, stateCacheBytes: 1_000 });
  const provider = fixture.provider();
  await Promise.all(ids(20).map(create));
  await Promise.all(
    ids(20).map((instanceId) => provider.sendMessage({ instanceId, event: anEventRaised(instanceId) })),
  );
  const items = await provider.lockOrchestrations("orchestration", 100);
  const found = items.map(({ instance, messages }) => [instance.instanceId, messages[1]?.event]);
  expect(found).toHaveLength(20);
  expect(new Map(found as [string, unknown][])).toEqual(new Map(ids(20).map((id) => [id, anEventRaised(id)])));
});

it("does not hand out an instance that is purged while its bodies are read from the file", async () => {
  fixture = await aSqliteFixture({ bodyCacheBytes: 0, stateCacheBytes: 0 });
  await create("purged");
  await create("kept");
  const purging = fixture.provider().purgeInstances(["purged"]);
  await new Promise((resolve) => setImmediate(resolve));
  const items = await fixture.provider().lockOrchestrations("orchestration", 10);
  expect(items.map(({ instance }) => instance.instanceId)).toEqual(["kept"]);
  await expect(purging).resolves.toBe(1);
});

it("does not let a lock expire while its commit is being saved", async () => {
  fixture = await aSqliteFixture();
  const provider = fixture.provider();
  await create("i1");
  const [item] = await provider.lockOrchestrations("orchestration", 1);
  if (item === undefined) throw new Error("An instance has work.");
  const saving = provider.commitOrchestration(item, aCommit(item));
  await new Promise((resolve) => setImmediate(resolve));
  fixture.clock.advance(fixture.lockDurationMs + 1);
  await expect(provider.lockOrchestrations("orchestration", 1)).resolves.toEqual([]);
  await expect(saving).resolves.toBeUndefined();
  await expect(provider.readHistory("i1")).resolves.toHaveLength(2);
});

it("sets no alarm for each lock, and none when nothing waits", async () => {
  fixture = await aSqliteFixture();
  await Promise.all(ids(50).map(create));
  await runAll();
  // One for everything that waits for time, one for the next pause of the log.
  expect(fixture.clock.pending).toBeLessThanOrEqual(2);
  await fixture.provider().stop();
  expect(fixture.clock.pending).toBe(0);
});

it("does not begin a scheduled instance early because a parent ends that wanted a child of that id", async () => {
  fixture = await aSqliteFixture();
  const provider = fixture.provider();
  const scheduledStartTime = fixture.now() + 1_000;
  await provider.createInstance(anExecutionStarted("i1", { scheduledStartTime }), new Set());
  const event = { ...anExecutionTerminated(), recurse: true, parent: { instanceId: "p", executionId: "pe" } };
  await provider.sendMessage({ instanceId: "i1", event });
  expect(await provider.lockOrchestrations("orchestration", 1)).toEqual([]);
  await fixture.pass(1_000);
  const [item] = await provider.lockOrchestrations("orchestration", 1);
  expect(item?.messages.map((message) => message.event.type)).toEqual(["ExecutionStarted", "ExecutionTerminated"]);
});

it("lets an operation build on one that was submitted just before", async () => {
  fixture = await aSqliteFixture();
  const provider = fixture.provider();
  const created = create("i1");
  const sent = provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
  const purged = provider.purgeInstances(["i1"]);
  const lost = provider.sendMessage({ instanceId: "i1", event: anEventRaised("late") });
  const again = provider.createInstance(anExecutionStarted("i1", { executionId: "e2" }), new Set());
  expect(await Promise.all([created, sent, purged, lost, again])).toEqual([undefined, true, 1, false, undefined]);
  const [item] = await provider.lockOrchestrations("orchestration", 10);
  expect(item?.messages).toHaveLength(1);
  expect(item?.instance.executionId).toBe("e2");
});

import type { Logger } from "@durable-host/engine";
import { aCommit, anActivityTask, anEventRaised, anExecutionStarted, silentLogger } from "@durable-host/testkit";
import { DatabaseSync } from "@photostructure/sqlite";
import { aSqliteFixture, type SqliteFixture } from "./sqlite-fixture";

let fixture: SqliteFixture;
let errors: string[];
beforeEach(async () => {
  errors = [];
  const logger: Logger = { ...silentLogger, error: (message) => void errors.push(message) };
  fixture = await aSqliteFixture({ logger, bodyCacheBytes: 0, stateCacheBytes: 0 });
});
afterEach(() => fixture.dispose());

/** Spoils rows behind the store's back. */
async function spoil(sql: string): Promise<void> {
  await fixture.provider().stop();
  const database = new DatabaseSync(fixture.file);
  expect(database.prepare(sql).run().changes).toBeGreaterThan(0);
  database.close();
  await fixture.restart();
}

async function createAll(...instanceIds: string[]): Promise<void> {
  for (const instanceId of instanceIds) {
    await fixture.provider().createInstance(anExecutionStarted(instanceId), new Set());
  }
}

async function lockable(): Promise<string[]> {
  const items = await fixture.provider().lockOrchestrations("orchestration", 10);
  return items.map(({ instance }) => instance.instanceId);
}

const OF_BAD = "instance = (SELECT key FROM instances WHERE instance_id = 'bad')";

it.each([
  ["a message that is no JSON", `UPDATE messages SET event = '{' WHERE ${OF_BAD}`],
  ["a message without a body", `UPDATE messages SET event = NULL WHERE ${OF_BAD}`],
  ["a timer without a time", `UPDATE messages SET event = NULL, timer_id = 1, due_at = NULL WHERE ${OF_BAD}`],
  ["a state that does not parse", "UPDATE instances SET tags = '{' WHERE instance_id = 'bad'"],
])("hands out the other instances when one has %s", async (_what, sql) => {
  await createAll("before", "bad", "after");
  await spoil(sql);
  expect(await lockable()).toEqual(["before", "after"]);
  expect(errors).toEqual([expect.stringContaining("instance bad")]);
});

it("looks at an unreadable instance again only after a minute", async () => {
  await createAll("bad");
  await spoil(`UPDATE messages SET event = '{' WHERE ${OF_BAD}`);
  expect(await lockable()).toEqual([]);
  await fixture.pass(59_999);
  await fixture.provider().sendMessage({ instanceId: "bad", event: anEventRaised("go") });
  expect(await lockable()).toEqual([]);
  expect(errors).toHaveLength(1);
  await fixture.pass(1);
  expect(await lockable()).toEqual([]);
  expect(errors).toHaveLength(2);
});

it("lets an unreadable instance be purged", async () => {
  await createAll("bad");
  await spoil(`UPDATE messages SET event = '{' WHERE ${OF_BAD}`);
  expect(await lockable()).toEqual([]);
  await expect(fixture.provider().purgeInstances(["bad"])).resolves.toBe(1);
  await fixture.pass(60_000);
  expect([await lockable(), errors.length]).toEqual([[], 1]);
});

it("hands out the other activities when one is unreadable", async () => {
  await createAll("good", "bad");
  const provider = fixture.provider();
  for (const item of await provider.lockOrchestrations("orchestration", 10)) {
    const activities = [anActivityTask(item.instance.instanceId, 1)];
    await provider.commitOrchestration(item, aCommit(item, { activities }));
  }
  await spoil(`UPDATE activities SET task = '{' WHERE ${OF_BAD}`);
  const items = await fixture.provider().lockActivities(10);
  expect(items.map(({ task }) => task.instanceId)).toEqual(["good"]);
  expect(errors).toEqual([expect.stringContaining("instance bad")]);
  await expect(fixture.provider().lockActivities(10)).resolves.toEqual([]);
});

it.each([
  ["a message of no known role", `UPDATE messages SET role = 9 WHERE ${OF_BAD}`],
  ["an instance in no known status", "UPDATE instances SET status = 99 WHERE instance_id = 'bad'"],
])("starts with the others when it finds %s", async (_what, sql) => {
  await createAll("good", "bad");
  await spoil(sql);
  expect(errors).toEqual([expect.stringContaining("instance bad")]);
  expect(await lockable()).toEqual(["good"]);
});

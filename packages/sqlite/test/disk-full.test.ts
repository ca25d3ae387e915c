import { WorkSignals } from "@durable-host/engine";
import { aCommit, anActivityTask, anExecutionStarted, ManualClock, silentLogger } from "@durable-host/testkit";
import { join } from "node:path";
import { openDatabase } from "../src/connection/open-database";
import { commitOrchestration } from "../src/operations/commit-orchestration";
import { createInstance } from "../src/operations/create-instance";
import { lockActivities } from "../src/operations/lock-activities";
import { lockOrchestrations } from "../src/operations/lock-orchestrations";
import { getInstance } from "../src/operations/read-instance";
import { Store } from "../src/store";
import { aDirectory } from "./sqlite-fixture";

const LARGE = JSON.stringify("x".repeat(50_000));

/** An open store in which space can run out and come back. */
function aStore() {
  const directory = aDirectory();
  const file = join(directory.path, "hub.db");
  let opened = 0;
  const open = () =>
    Store.open({
      file,
      connect: () => openDatabase(file),
      clock: new ManualClock(),
      logger: silentLogger,
      signals: new WorkSignals(silentLogger),
      lockDurationMs: 60_000,
      bodyBytes: 1_000_000,
      stateBytes: 1_000_000,
      batchSize: 100,
      onFailure: () => undefined,
      tokenPrefix: String(opened++),
    });
  let store = open();
  return {
    get store() {
      return store;
    },
    /** No page more than there are now. */
    fill: () => store.database.exec("PRAGMA max_page_count = 1"),
    free: () => store.database.exec("PRAGMA max_page_count = 1000000"),
    create: (instanceId: string, input = '""') =>
      store.journal.submit(createInstance(anExecutionStarted(instanceId, { input }), new Set())),
    async reopen() {
      await store.close();
      store = open();
    },
    async dispose() {
      await store.close();
      directory.remove();
    },
  };
}

let full: ReturnType<typeof aStore>;
beforeEach(() => {
  full = aStore();
});
afterEach(() => full.dispose());

it("refuses what does not fit with a message that says what to do, and keeps nothing of it", async () => {
  full.fill();
  const creation = full.create("large", LARGE);
  await expect(creation).rejects.toMatchObject({
    code: "STORAGE_TRANSIENT",
    message: /disk .* is full.*can be repeated/,
  });
  await expect(getInstance(full.store, "large")).resolves.toBeUndefined();
  await expect(lockOrchestrations(full.store, "orchestration", 10)).resolves.toEqual([]);
});

it("still saves what fits, also together with what does not", async () => {
  full.fill();
  const outcomes = await Promise.allSettled([full.create("a"), full.create("large", LARGE), full.create("b")]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  const items = await lockOrchestrations(full.store, "orchestration", 10);
  expect(items.map(({ instance }) => instance.instanceId)).toEqual(["a", "b"]);
});

it("keeps the lock of a commit that did not fit, so that it can be repeated when there is space again", async () => {
  await full.create("i1");
  const [item] = await lockOrchestrations(full.store, "orchestration", 1);
  if (item === undefined) throw new Error("An instance has work.");
  const commit = aCommit(item, { activities: [anActivityTask("i1", 1, { input: LARGE })] });
  full.fill();
  for (let attempt = 0; attempt < 2; attempt++) {
    const saving = full.store.journal.submit(commitOrchestration(item, commit));
    await expect(saving).rejects.toMatchObject({ code: "STORAGE_TRANSIENT" });
  }
  await expect(lockActivities(full.store, 10)).resolves.toEqual([]);
  expect((await getInstance(full.store, "i1"))?.runtimeStatus).toBe("Pending");

  full.free();
  await full.store.journal.submit(commitOrchestration(item, commit));
  expect((await lockActivities(full.store, 10)).map(({ task }) => task)).toEqual(commit.activities);
});

it("has in the file what it had in memory", async () => {
  await full.create("i1");
  full.fill();
  await Promise.allSettled([full.create("a"), full.create("large", LARGE), full.create("b")]);
  full.free();
  await full.create("later", LARGE);
  await full.reopen();
  const items = await lockOrchestrations(full.store, "orchestration", 10);
  expect(items.map(({ instance }) => instance.instanceId)).toEqual(["i1", "a", "b", "later"]);
});

import { existsSync } from "node:fs";
import { anExecutionStarted, ManualClock, silentLogger } from "@durable-host/testkit";
import { createSqliteProvider } from "../src";
import { aSqliteFixture, type SqliteFixture } from "./sqlite-fixture";

let fixture: SqliteFixture | undefined;
afterEach(async () => {
  await fixture?.dispose();
  fixture = undefined;
});

async function aStoreInMemory() {
  const provider = createSqliteProvider({ file: ":memory:", clock: new ManualClock(), logger: silentLogger });
  await provider.start();
  return provider;
}

describe("a store in memory", () => {
  it("makes no file, not even one of that name", async () => {
    const provider = await aStoreInMemory();
    await provider.createInstance(anExecutionStarted("i1"), new Set());

    expect(provider.file).toBe(":memory:");
    expect(existsSync(":memory:")).toBe(false);
    expect(existsSync(".durable")).toBe(false);
    await provider.stop();
  });

  it("shares nothing with another one of the same hub", async () => {
    const [one, other] = [await aStoreInMemory(), await aStoreInMemory()];
    await one.createInstance(anExecutionStarted("i1"), new Set());

    await expect(other.getInstance("i1")).resolves.toBeUndefined();
    await Promise.all([one.stop(), other.stop()]);
  });
});

describe("the next due time", () => {
  it("is that of the earliest message that waits, on a file as in memory", async () => {
    for (const file of [undefined, ":memory:"]) {
      fixture = await aSqliteFixture(file ? { file } : {});
      const provider = fixture.provider();
      const now = fixture.now();
      expect(provider.nextDueAt).toBeUndefined();
      await provider.createInstance(anExecutionStarted("later", { scheduledStartTime: now + 9_000 }), new Set());
      await provider.createInstance(anExecutionStarted("soon", { scheduledStartTime: now + 4_000 }), new Set());

      expect(provider.nextDueAt).toBe(now + 4_000);
      await fixture.pass(4_000);
      expect(provider.nextDueAt).toBe(now + 9_000);
      await fixture.dispose();
      fixture = undefined;
    }
  });
});

import { Retention } from "@durable-host/engine";
import { ManualClock, silentLogger } from "@durable-host/testkit";
import { InProcessHub } from "./in-process-hub";

const DAY = 24 * 3_600_000;

let hub: InProcessHub;
beforeAll(async () => {
  hub = await InProcessHub.start({
    entities: { counter: ({ df }) => df.setState(1) },
    orchestrators: {
      *returns({ df }) {
        return yield df.createTimer(new Date(0));
      },
      *parent({ df }) {
        yield df.callSubOrchestrator("returns", null, "child");
        yield df.waitForExternalEvent("never");
      },
      *fails({ df }) {
        yield df.createTimer(new Date(0));
        throw new Error("oops");
      },
    },
  });
});
afterAll(() => hub.stop());

describe("retention on a store", () => {
  it("purges ended orchestrations, sub-orchestrations like all others, and leaves what runs and entities", async () => {
    await hub.hub.signalEntity({ name: "counter", key: "c" }, "set", null);
    await hub.until("@counter@c", ({ runtimeStatus }) => runtimeStatus === "Running");
    await hub.run("returns", null, "completed");
    await hub.run("fails", null, "failed");
    await hub.hub.start({ name: "parent", instanceId: "parent" });
    await hub.until("child", ({ completedAt }) => completedAt !== undefined);

    const clock = new ManualClock(Date.now());
    const policy = { completedAfterMs: 7 * DAY, failedAfterMs: 30 * DAY, checkIntervalMs: 3_600_000 };
    const retention = new Retention({ provider: hub.store, clock, logger: silentLogger, policy });
    const left = async () =>
      (await hub.hub.queryInstances({ top: 100 })).instances.map(({ instanceId }) => instanceId).toSorted();
    retention.start();
    /** Passes a day at a time until these are left: the store itself takes its real time. */
    const passUntil = async (ids: readonly string[]) => {
      for (let day = 0; day < 100 && (await left()).join() !== ids.join(); day++) {
        clock.advance(DAY);
        for (let turn = 0; turn < 20; turn++) await left();
      }
      return (clock.now() - Date.now()) / DAY;
    };
    expect(await left()).toEqual(["@counter@c", "child", "completed", "failed", "parent"]);
    const week = await passUntil(["@counter@c", "failed", "parent"]);
    const month = await passUntil(["@counter@c", "parent"]);
    await retention.stop();
    expect([week > 6, month > 29]).toEqual([true, true]);
    expect(await left()).toEqual(["@counter@c", "parent"]);
  });
});

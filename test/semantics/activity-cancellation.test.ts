import { InProcessHub } from "./in-process-hub";

/** Codes the signals of activities were aborted with, by the activity's input. */
const told = new Map<string, unknown>();
const entered = new Set<string>();

let hub: InProcessHub;
beforeAll(async () => {
  hub = await InProcessHub.start(
    {
      activities: {
        untilTold: (key: string, signal) =>
          new Promise<void>((resolve) => {
            entered.add(key);
            signal.addEventListener("abort", () => {
              told.set(key, signal.reason);
              resolve();
            });
          }),
        fail: () => {
          throw new Error("no");
        },
      },
      orchestrators: {
        *waits({ df }) {
          yield df.callActivity("untilTold", df.getInput());
        },
        *whole({ df }) {
          yield df.callSubOrchestrator("waits", df.getInput());
        },
        *other({ df }) {
          yield df.waitForExternalEvent("never");
        },
      },
    },
    "verify",
    { replaceable: "AnyState" },
  );
});
afterAll(() => hub.stop());

/** Resolves when the predicate holds; the activities under test do nothing that could be awaited otherwise. */
async function until(reached: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000 && !reached(); i++) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(reached()).toBe(true);
}

async function startWaiting(key: string, name = "waits"): Promise<void> {
  await hub.hub.start({ name, instanceId: key, input: JSON.stringify(key) });
  await until(() => entered.has(key));
}

describe("a running activity is told", () => {
  it("when its instance is terminated", async () => {
    await startWaiting("terminated");
    await hub.hub.terminate("terminated", "enough");
    await until(() => told.get("terminated") === "INSTANCE_ENDED");
  });

  it("when the parent of its instance is terminated recursively", async () => {
    await startWaiting("parent", "whole");
    await hub.hub.terminate("parent", "enough", { recursive: true });
    await until(() => told.get("parent") === "INSTANCE_ENDED");
  });

  it("when its instance is purged", async () => {
    await startWaiting("purged");
    expect((await hub.hub.purgeInstance("purged")).deleted).toBe(1);
    await until(() => told.get("purged") === "INSTANCE_ENDED");
  });

  it("when its instance is replaced by another start", async () => {
    await startWaiting("replaced");
    await hub.hub.start({ name: "other", instanceId: "replaced" });
    await until(() => told.get("replaced") === "INSTANCE_ENDED");
  });

  it("when the host stops, and not before", async () => {
    const own = await InProcessHub.start({
      activities: {
        untilTold: (key: string, signal) =>
          new Promise((_, reject) => {
            entered.add(key);
            signal.addEventListener("abort", () => {
              told.set(key, signal.reason);
              reject(new Error("ended early"));
            });
          }),
      },
      orchestrators: {
        *waits({ df }) {
          yield df.callActivity("untilTold", df.getInput());
        },
      },
    });
    await own.hub.start({ name: "waits", instanceId: "drained", input: '"drained"' });
    await until(() => entered.has("drained"));
    expect(told.has("drained")).toBe(false);
    await own.stop();
    expect(told.get("drained")).toBe("HOST_STOPPING");
  });
});

import { EntityId } from "durable-functions";
import { InProcessHub } from "./in-process-hub";

let hub: InProcessHub;
beforeAll(async () => {
  hub = await InProcessHub.start({
    activities: { pause: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)) },
    entities: {
      counter({ df }) {
        const value: number = df.getState(() => 0);
        if (df.operationName === "add") df.setState(value + df.getInput());
        else if (df.operationName === "get") df.return(value);
        else if (df.operationName === "fail") throw new Error("no such thing");
        else if (df.operationName === "forward") df.signalEntity(new EntityId("counter", df.getInput()), "add", value);
        else if (df.operationName === "delete") df.destructOnExit();
      },
    },
    orchestrators: {
      *addAndGet({ df }) {
        const id = new EntityId("counter", df.getInput());
        df.signalEntity(id, "add", 2);
        yield df.callEntity(id, "add", 3);
        return yield df.callEntity(id, "get");
      },
      *hundredSignals({ df }) {
        const id = new EntityId("counter", df.getInput());
        for (let i = 1; i <= 100; i++) df.signalEntity(id, "add", i);
        return yield df.callEntity(id, "get");
      },
      *failing({ df }) {
        yield df.callEntity(new EntityId("counter", "f"), "fail");
      },
      *transfer({ df }) {
        const [from, to] = ["from", "to"].map((key) => new EntityId("counter", key));
        const lock: { release(): void } = yield df.lock(from, to);
        yield df.callActivity("pause", 30);
        yield df.callEntity(from, "add", -1);
        yield df.callEntity(to, "add", 1);
        const seen: number[] = [yield df.callEntity(from, "get"), yield df.callEntity(to, "get")];
        lock.release();
        yield df.callActivity("pause", 1);
        return seen;
      },
      *failsInside({ df }) {
        yield df.lock(new EntityId("counter", "shared"));
        throw new Error("oops");
      },
      *holdsForever({ df }) {
        yield df.lock(new EntityId("counter", "shared"));
        df.setCustomStatus("inside");
        yield df.waitForExternalEvent("never");
      },
      *nested({ df }) {
        yield df.lock(new EntityId("counter", "n1"));
        yield df.lock(new EntityId("counter", "n2"));
      },
    },
  });
});
afterAll(() => hub.stop());

const output = async (name: string, input?: unknown) => JSON.parse((await hub.run(name, input)).output ?? "null");

describe("an entity", () => {
  it("takes signals and calls of an orchestration in order", async () => {
    expect(await output("addAndGet", "a")).toBe(5);
    expect(await output("hundredSignals", "b")).toBe(5050);
  });

  it("keeps its state between batches, and shows it to clients", async () => {
    const id = { name: "counter", key: "c" };
    for (const n of [1, 2, 3]) await hub.hub.signalEntity(id, "add", String(n));
    await hub.until("@counter@c", () => true);
    const get = async () => (await hub.hub.getEntity(id))?.state;
    for (let i = 0; i < 1000 && (await get()) !== "6"; i++) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await get()).toBe("6");
  });

  it("fails the caller's task when an operation throws", async () => {
    expect((await hub.run("failing")).runtimeStatus).toBe("Failed");
  });

  it("signals other entities [DF72]", async () => {
    await output("addAndGet", "g");
    await hub.hub.signalEntity({ name: "counter", key: "g" }, "forward", '"h"');
    await hub.until("@counter@h", (instance) => instance.customStatus !== null);
    expect((await hub.hub.getEntity({ name: "counter", key: "h" }))?.state).toBe("5");
  });

  it("is gone after it was destructed", async () => {
    await output("addAndGet", "d");
    await hub.hub.signalEntity({ name: "counter", key: "d" }, "delete", null);
    for (let i = 0; i < 1000 && (await hub.hub.getInstance("@counter@d")); i++)
      await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await hub.hub.getEntity({ name: "counter", key: "d" })).toBeUndefined();
  });

  it("refuses signals to an entity nobody wrote", async () => {
    await expect(hub.hub.signalEntity({ name: "nobody", key: "x" }, "add", null)).rejects.toMatchObject({
      code: "UNKNOWN_FUNCTION",
    });
  });
});

describe("a critical section", () => {
  it("keeps others out of its entities until it ends [DF73, DF74]", async () => {
    const results = await Promise.all([1, 2, 3].map(() => output("transfer")));
    const sorted = results.sort((a, b) => b[0] - a[0]);
    expect(sorted).toEqual([
      [-1, 1],
      [-2, 2],
      [-3, 3],
    ]);
  });

  it("is left when the orchestration fails inside it [DF76]", async () => {
    expect((await hub.run("failsInside")).runtimeStatus).toBe("Failed");
    expect((await hub.run("failsInside")).runtimeStatus).toBe("Failed");
  });

  it("is left when the orchestration is terminated, also by one that was still waiting for it [DF76]", async () => {
    const inside = await hub.startUntil("holdsForever", "inside");
    const waiting = await hub.hub.start({ name: "holdsForever" });
    await hub.until(waiting, (instance) => instance.runtimeStatus === "Running");
    await hub.hub.terminate(waiting, "enough");
    await hub.end(waiting);
    await hub.hub.terminate(inside, "enough");
    await hub.end(inside);
    expect((await hub.run("failsInside")).output).toContain("oops");
  });

  it("must not be entered twice", async () => {
    const { runtimeStatus, output: text } = await hub.run("nested");
    expect([runtimeStatus, text]).toEqual(["Failed", expect.stringMatching(/nest/i)]);
  });
});

import { EntityId } from "durable-functions";
import { InProcessHub } from "./in-process-hub";

const HOLD_MS = 60;
/** When the activity inside a critical section began and ended. */
const holds: { readonly from: number; readonly to: number }[] = [];

const shared = new EntityId("account", "shared");
const other = new EntityId("account", "other");

let hub: InProcessHub;
beforeAll(async () => {
  hub = await InProcessHub.start({
    activities: {
      hold: async () => {
        const from = performance.now();
        await new Promise((resolve) => setTimeout(resolve, HOLD_MS));
        holds.push({ from, to: performance.now() });
      },
      note: (text: string) => text,
    },
    entities: {
      account({ df }) {
        const balance: number = df.getState(() => 0);
        if (df.operationName === "add") df.setState(balance + df.getInput());
        else df.return(balance);
      },
    },
    orchestrators: {
      *holds({ df }) {
        const lock: { release(): void } = yield df.lock(shared);
        const before: number = yield df.callEntity(shared, "get");
        yield df.callActivity("hold");
        yield df.callEntity(shared, "add", 1);
        const after: number = yield df.callEntity(shared, "get");
        lock.release();
        return after - before;
      },
      *transfers({ df }) {
        const lock: { release(): void } = yield df.lock(shared, other);
        yield df.callEntity(shared, "add", -5);
        yield df.callEntity(other, "add", 5);
        lock.release();
        const afterwards: string = yield df.callActivity("note", "after the release");
        return [afterwards, df.isLocked().isLocked];
      },
      *breaksRule({ df }) {
        yield df.lock(shared);
        switch (df.getInput()) {
          case "nested lock":
            yield df.lock(other);
            break;
          case "call of an entity that is not locked":
            yield df.callEntity(other, "get");
            break;
          case "sub-orchestration":
            yield df.callSubOrchestrator("holds");
            break;
          case "signal to a locked entity":
            df.signalEntity(shared, "add", 1);
            break;
          case "two calls at once to one entity":
            yield df.Task.all([df.callEntity(shared, "get"), df.callEntity(shared, "get")]);
        }
        return "no rule was broken";
      },
      *catchesViolation({ df }) {
        const lock: { release(): void } = yield df.lock(shared);
        try {
          yield df.callEntity(other, "get");
        } catch (error) {
          lock.release();
          return [(error as Error).name, yield df.callEntity(other, "get")];
        }
      },
    },
  });
});
afterAll(() => hub.stop());
beforeEach(() => holds.splice(0));

describe("two orchestrations that lock one entity", () => {
  it("hold it one after the other [DF73]", async () => {
    const began = performance.now();
    const ends = await Promise.all([hub.run("holds"), hub.run("holds")]);
    const tookMs = performance.now() - began;

    expect(ends.map(({ output }) => output)).toEqual(["1", "1"]);
    const [first, second] = [...holds].sort((a, b) => a.from - b.from);
    expect(second?.from).toBeGreaterThanOrEqual(first?.to ?? Infinity);
    // Timers of Node.js may be a millisecond early.
    expect(tookMs).toBeGreaterThanOrEqual(2 * HOLD_MS - 2);
  });
});

describe("a lock on two entities", () => {
  it("lets both be changed, and after its release an activity is run [DF74]", async () => {
    const balance = async (key: string) =>
      JSON.parse((await hub.hub.getEntity({ name: "account", key }))?.state ?? "0") as number;
    const before = [await balance("shared"), await balance("other")] as const;
    const { output } = await hub.run("transfers");

    expect(output).toBe('["after the release",false]');
    expect([await balance("shared"), await balance("other")]).toEqual([before[0] - 5, before[1] + 5]);
  });
});

describe("a critical section", () => {
  it.each([
    ["nested lock", "Cannot acquire more locks"],
    ["call of an entity that is not locked", "unless it is one of the locked entities"],
    ["sub-orchestration", "Cannot invoke sub-orchestrations"],
    ["signal to a locked entity", "Cannot signal an entity"],
    ["two calls at once to one entity", "multiple times in parallel"],
  ])("must not hold a %s [DF75]", async (violation, message) => {
    const { runtimeStatus, output } = await hub.run("breaksRule", violation);

    expect(runtimeStatus).toBe("Failed");
    expect(output).toMatch(/^Orchestrator function 'breaksRule' failed: /);
    expect(output).toContain(message);
    expect((await hub.run("transfers")).runtimeStatus).toBe("Completed");
  });

  it("lets code catch what it did wrong, and go on after the release [DF75]", async () => {
    const { output } = await hub.run("catchesViolation");
    expect(JSON.parse(output ?? "null")).toEqual(["LockingRulesViolationError", expect.any(Number)]);
  });
});

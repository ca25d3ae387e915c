import { EntityId } from "durable-functions";
import { InProcessHub } from "./in-process-hub";

let hub: InProcessHub;
beforeAll(async () => {
  hub = await InProcessHub.start({
    entities: {
      counter({ df }) {
        const value: number = df.getState(() => 0);
        if (df.operationName === "add") df.setState(value + df.getInput());
        else df.return(value);
      },
    },
    orchestrators: {
      *holder({ df }) {
        const keys: string[] = df.getInput();
        yield df.lock(...keys.map((key) => new EntityId("counter", key)));
        df.setCustomStatus("inside");
        yield df.waitForExternalEvent("never");
      },
      *add({ df }) {
        const id = new EntityId("counter", df.getInput());
        yield df.callEntity(id, "add", 1);
        return yield df.callEntity(id, "get");
      },
    },
  });
});
afterAll(() => hub.stop());

describe("cleaning up entities", () => {
  it("frees what an orchestration had locked that vanished without a word", async () => {
    const holder = await hub.startUntil("holder", "inside", ["a", "b"]);
    const waiting = [hub.run("add", "a"), hub.run("add", "b")];
    await hub.store.purgeInstances([holder]);
    expect(await hub.hub.cleanEntities()).toEqual({ emptyEntitiesRemoved: 0, orphanedLocksReleased: 2 });
    expect((await Promise.all(waiting)).map(({ output }) => output)).toEqual(["1", "1"]);
    expect(await hub.hub.cleanEntities()).toEqual({ emptyEntitiesRemoved: 0, orphanedLocksReleased: 0 });
  });

  it("does not touch the lock of an orchestration that runs, nor a state", async () => {
    const holder = await hub.startUntil("holder", "inside", ["c"]);
    expect(await hub.hub.cleanEntities()).toEqual({ emptyEntitiesRemoved: 0, orphanedLocksReleased: 0 });
    const waiting = hub.run("add", "c");
    await hub.hub.terminate(holder, "enough");
    expect((await waiting).output).toBe("1");
    expect((await hub.hub.getEntity({ name: "counter", key: "a" }))?.state).toBe("1");
  });
});

import { EntityId } from "durable-functions";
import { InProcessHub } from "./in-process-hub";

let hub: InProcessHub;
beforeAll(async () => {
  hub = await InProcessHub.start(
    {
      entities: {
        counter({ df }) {
          const value: number = df.getState(() => 0);
          if (df.operationName === "add") df.setState(value + df.getInput());
          else if (df.operationName === "get") df.return(value);
        },
      },
      orchestrators: {
        *leaf({ df }) {
          df.setCustomStatus("waiting");
          return yield df.waitForExternalEvent("go");
        },
        *middle({ df }) {
          const id: string = df.getInput();
          df.setCustomStatus("waiting");
          return yield df.callSubOrchestrator("leaf", null, `${id}-leaf`);
        },
        *top({ df }) {
          const id: string = df.getInput();
          df.setCustomStatus("waiting");
          try {
            return yield df.callSubOrchestrator("middle", `${id}-middle`, `${id}-middle`);
          } catch (error) {
            return `told: ${(error as Error).message}`;
          }
        },
        *holder({ df }) {
          yield df.lock(new EntityId("counter", df.getInput()));
          df.setCustomStatus("inside");
          yield df.waitForExternalEvent("never");
        },
        *user({ df }) {
          const entity = new EntityId("counter", df.getInput());
          const lock: { release(): void } = yield df.lock(entity);
          yield df.callEntity(entity, "add", 1);
          const value: number = yield df.callEntity(entity, "get");
          lock.release();
          return value;
        },
      },
    },
    "verify",
    { replaceable: "AnyState" },
  );
});
afterAll(() => hub.stop());

/** Starts three levels of orchestrations and waits until the lowest one waits for its event. */
async function startTree(id: string): Promise<readonly string[]> {
  const ids = [id, `${id}-middle`, `${id}-middle-leaf`] as const;
  await hub.hub.start({ name: "top", instanceId: id, input: JSON.stringify(id) });
  await hub.until(ids[2], ({ customStatus }) => customStatus === '"waiting"');
  return ids;
}

const statuses = (ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await hub.hub.getInstance(id))?.runtimeStatus));

describe("a termination", () => {
  it("reaches sub-orchestrations over two levels when it is recursive", async () => {
    const ids = await startTree("r");
    await hub.hub.terminate("r", "enough", { recursive: true });
    for (const id of ids) expect(await hub.end(id)).toMatchObject({ runtimeStatus: "Terminated", output: "enough" });
  });

  it("leaves them running when it is not [DF22]", async () => {
    const ids = await startTree("s");
    await hub.hub.terminate("s", "enough");
    await hub.end("s");
    expect(await statuses(ids)).toEqual(["Terminated", "Running", "Running"]);
    await hub.hub.raiseEvent("s-middle-leaf", "go", "1");
    expect(await hub.end("s-middle")).toMatchObject({ runtimeStatus: "Completed", output: "1" });
  });

  it("of a child makes the parent's call throw [DF21, DF23]", async () => {
    await startTree("c");
    await hub.hub.terminate("c-middle", "not wanted");
    expect(JSON.parse((await hub.end("c")).output ?? "")).toMatch(/^told: [^]*not wanted/);
    expect((await hub.hub.getInstance("c-middle"))?.output).toBe("not wanted");
    await expect(hub.hub.terminate("c-middle", "again")).rejects.toMatchObject({ code: "INSTANCE_ENDED" });
  });
});

describe("a purge", () => {
  it("deletes an instance once [DF31]", async () => {
    await hub.run("user", "once", "u1");
    expect(await hub.hub.purgeInstance("u1")).toEqual({ deleted: 1, running: [] });
    expect(await hub.hub.purgeInstance("u1")).toEqual({ deleted: 0, running: [] });
    expect(await hub.hub.readHistory("u1")).toEqual([]);
  });

  it("takes ended sub-orchestrations along when it is recursive, down to the last", async () => {
    const ids = await startTree("p");
    await hub.hub.raiseEvent("p-middle-leaf", "go", "1");
    await hub.end("p");
    expect(await hub.hub.purgeInstance("p", { recursive: true })).toEqual({ deleted: 3, running: [] });
    expect(await statuses(ids)).toEqual([undefined, undefined, undefined]);
  });

  it("leaves a running sub-orchestration with all below it, and names it", async () => {
    const ids = await startTree("q");
    await hub.hub.terminate("q", "enough");
    await hub.end("q");
    expect(await hub.hub.purgeInstance("q", { recursive: true })).toEqual({ deleted: 1, running: ["q-middle"] });
    expect(await statuses(ids)).toEqual([undefined, "Running", "Running"]);
  });

  it("of many instances leaves their sub-orchestrations alone unless told otherwise [DF32]", async () => {
    const since = Date.now();
    const ids = await startTree("m");
    await hub.hub.raiseEvent("m-middle-leaf", "go", "1");
    await hub.end("m");
    const filter = { createdFrom: since, instanceIdPrefix: "m", name: "top" };
    expect(await hub.hub.purgeInstances(filter)).toEqual({ deleted: 1, running: [] });
    expect(await statuses(ids)).toEqual([undefined, "Completed", "Completed"]);
    const below = { ...filter, name: "middle" };
    expect(await hub.hub.purgeInstances(below, { recursive: true })).toEqual({ deleted: 2, running: [] });
    expect(await hub.hub.purgeInstances(below, { recursive: true })).toEqual({ deleted: 0, running: [] });
  });

  it("of a running child tells its parent, which does not wait for ever", async () => {
    await startTree("k");
    expect(await hub.hub.purgeInstance("k-middle")).toEqual({ deleted: 1, running: [] });
    expect(JSON.parse((await hub.end("k")).output ?? "")).toContain("The instance was purged.");
    expect(await hub.hub.getInstance("k-middle")).toBeUndefined();
  });

  it("of a running lock holder frees its entities [DF76]", async () => {
    const holder = await hub.startUntil("holder", "inside", "vault");
    const waiting = hub.run("user", "vault");
    expect((await hub.hub.purgeInstance(holder)).deleted).toBe(1);
    expect((await waiting).output).toBe("1");
  });

  it("deletes an entity once, and not what waits for it [DF31]", async () => {
    await hub.run("user", "kept");
    expect((await hub.hub.purgeInstance("@counter@kept")).deleted).toBe(1);
    expect((await hub.hub.purgeInstance("@counter@kept")).deleted).toBe(0);
    const holder = await hub.startUntil("holder", "inside", "kept");
    const waiting = hub.run("user", "kept");
    expect((await hub.hub.purgeInstance("@counter@kept")).deleted).toBe(1);
    await hub.hub.terminate(holder, "enough");
    expect((await waiting).output).toBe("1");
  });
});

describe("a start over a running instance, where that is allowed", () => {
  it("replaces it [DF7]", async () => {
    await hub.startUntil("leaf", "waiting");
    const before = await hub.hub.start({ name: "leaf", instanceId: "again", input: "1" });
    const { createdAt } = await hub.until(before, ({ customStatus }) => customStatus === '"waiting"');
    await hub.hub.start({ name: "leaf", instanceId: "again", input: "2" });
    const after = await hub.until(before, ({ customStatus }) => customStatus === '"waiting"');
    expect([after.input, after.createdAt >= createdAt]).toEqual(["2", true]);
  });

  it("gives the parent of what it replaces an answer, and its entities free [DF7, DF76]", async () => {
    await startTree("o");
    await hub.hub.start({ name: "holder", instanceId: "o-middle", input: '"replaced"' });
    expect(JSON.parse((await hub.end("o")).output ?? "")).toContain("replaced by a new start");
    await hub.until("o-middle", ({ customStatus }) => customStatus === '"inside"');
    await hub.hub.start({ name: "leaf", instanceId: "o-middle" });
    expect((await hub.run("user", "replaced")).output).toBe("1");
  });
});

import { EntityId } from "durable-functions";
import { InProcessHub } from "./in-process-hub";

let hub: InProcessHub;
beforeAll(async () => {
  hub = await InProcessHub.start({
    entities: {
      list({ df }) {
        const items: unknown[] = df.getState(() => []);
        if (df.operationName === "add") df.setState([...items, df.getInput()]);
        else if (df.operationName === "get") df.return(items);
        else if (df.operationName === "tell") df.signalEntity(new EntityId("list", df.getInput()), "add", items);
        else if (df.operationName === "throw") throw new Error("refused by the entity");
      },
    },
    orchestrators: {
      *firstContact({ df }) {
        const key: string = df.getInput();
        const called: unknown[] = yield df.callEntity(new EntityId("list", `${key}-called`), "get");
        const signalled: unknown = df.signalEntity(new EntityId("list", `${key}-signalled`), "add", "one");
        const after: unknown[] = yield df.callEntity(new EntityId("list", `${key}-signalled`), "get");
        return { called, signalled: signalled ?? "nothing", after };
      },
      *cases({ df }) {
        for (const name of ["list", "LIST", "List"]) yield df.callEntity(new EntityId(name, "Key"), "add", name);
        yield df.callEntity(new EntityId("list", "key"), "add", "another");
        return yield df.callEntity(new EntityId("list", "Key"), "get");
      },
      *manySignals({ df }) {
        const id = new EntityId("list", "many");
        for (let i = 0; i < 50; i++) df.signalEntity(id, "add", i);
        yield df.callEntity(id, "get");
        for (let i = 50; i < 100; i++) df.signalEntity(id, "add", i);
        return yield df.callEntity(id, "get");
      },
      *catches({ df }) {
        const id = new EntityId("list", "catches");
        try {
          yield df.callEntity(id, "throw");
        } catch (error) {
          yield df.callEntity(id, "add", error instanceof Error);
          return yield df.callEntity(id, "get");
        }
      },
      *uncaught({ df }) {
        yield df.callEntity(new EntityId("list", "uncaught"), "throw");
      },
      *relays({ df }) {
        const [from, to] = ["from", "to"].map((key) => new EntityId("list", key));
        yield df.callEntity(from, "add", "news");
        yield df.callEntity(from, "tell", "to");
        // The signal is on its way: it is there when some later call finds it.
        for (let i = 0; i < 1_000; i++) {
          const found: unknown[] = yield df.callEntity(to, "get");
          if (found.length > 0) return found;
        }
      },
    },
  });
});
afterAll(() => hub.stop());

const output = async (name: string, input?: unknown) => JSON.parse((await hub.run(name, input)).output ?? "null");

describe("an entity that nobody has used before", () => {
  it("answers a call with a value, and takes a signal, which is answered by nothing [DF64]", async () => {
    expect(await output("firstContact", "new")).toEqual({ called: [], signalled: "nothing", after: ["one"] });
  });
});

describe("the id of an entity", () => {
  it("has its name in lower case, and its key as it is [DF65]", async () => {
    expect(await output("cases")).toEqual(["list", "LIST", "List"]);
    expect(await hub.hub.getInstance("@list@Key")).toMatchObject({ instanceId: "@list@Key" });
    expect((await hub.hub.getEntity({ name: "LIST", key: "key" }))?.state).toBe('["another"]');
    expect(await hub.hub.getEntity({ name: "list", key: "KEY" })).toBeUndefined();
  });
});

describe("the signals of an orchestration", () => {
  it("are applied once each, in the order they were sent [DF66]", async () => {
    expect(await output("manySignals")).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});

describe("an operation that throws", () => {
  it("rejects the call with an error that the code can catch, and the entity goes on [DF69]", async () => {
    expect(await output("catches")).toEqual([true]);
  });

  it("fails the orchestration that does not catch it [DF69]", async () => {
    const { runtimeStatus, output: text } = await hub.run("uncaught");
    expect([runtimeStatus, text]).toEqual([
      "Failed",
      expect.stringMatching(/^Orchestrator function 'uncaught' failed: /),
    ]);
  });
});

describe("a signal of an entity", () => {
  it("reaches the other entity [DF72]", async () => {
    expect(await output("relays")).toEqual([["news"]]);
  });
});

import {
  aCommit,
  anEventRaised,
  anExecutionStarted,
  anInstanceSeed,
  anOrchestratorStarted,
  useHub,
} from "@durable-host/testkit";
import type { SqlClient } from "../../src/connection/sql-client";
import { aMssqlFixture } from "../mssql-fixture";
import { describeWithServer } from "../stand/server";
import { useDatabase } from "../stand/test-database";

jest.setTimeout(60_000);

describeWithServer("a call that is repeated because its answer was lost", (server) => {
  const database = useDatabase(server);
  /** What happens between the call whose answer is lost and its repetition. */
  let meanwhile: (() => Promise<unknown>) | undefined;
  /** Sends calls of the past again: they were long on their way. */
  let late: (() => Promise<unknown>)[] = [];
  const repeating = (): SqlClient => {
    const { client } = database.current;
    return {
      call: async (procedure, parameters, options) => {
        const call = () => client.call(procedure, parameters, options);
        if (!/\.(SendMessage|CreateInstance)$/.test(procedure)) return call();
        late.push(call);
        const work = meanwhile;
        meanwhile = undefined;
        if (work !== undefined) {
          await call();
          await work();
        }
        return call();
      },
      query: (...args) => client.query(...args),
      batch: (...args) => client.batch(...args),
      transaction: (work) => client.transaction(work),
      close: async () => undefined,
    };
  };
  const hub = useHub(() => aMssqlFixture(database.current, { connect: repeating }));
  beforeEach(() => {
    late = [];
  });

  async function count(what: string): Promise<number> {
    const { sets } = await database.current.client.query(`SELECT COUNT(*) AS N FROM ${what}`);
    return Number(sets[0]?.[0]?.["N"]);
  }

  it("does not signal an entity again that has handled the first signal [SQL30]", async () => {
    const seed = anInstanceSeed("@counter@a", { name: "counter" });
    meanwhile = () => hub().runOneEntity();
    await expect(
      hub().provider.sendMessage({ instanceId: "@counter@a", event: anEventRaised("op", { input: "{}" }), seed }),
    ).resolves.toBe(true);
    await expect(hub().lockable("entity")).resolves.toEqual([]);
  });

  it("does not raise an event again in an execution that continued as new after it, nor in one that took its place [SQL30]", async () => {
    await hub().createRunning("i1");
    meanwhile = async () => {
      const item = await hub().lockOne();
      const instance = { ...item.instance, executionId: "i1-e2" };
      const history = { type: "replace", events: [anOrchestratorStarted()] } as const;
      await hub().provider.commitOrchestration(item, aCommit(item, { instance, history }));
    };
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go", { input: '"x"' }) });
    await expect(hub().lockable()).resolves.toEqual([]);
    meanwhile = async () => {
      await hub().provider.purgeInstances(["i1"]);
      await hub().create("i1", { executionId: "i1-e3" });
      await hub().runOne();
    };
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go", { input: '"x"' }) });
    await expect(hub().lockable()).resolves.toEqual([]);
  });

  it("is answered truthfully by a start whose instance has continued as new since [SQL30]", async () => {
    meanwhile = async () => {
      const item = await hub().lockOne();
      const instance = { ...item.instance, runtimeStatus: "Running" as const, executionId: "i1-e2" };
      await hub().provider.commitOrchestration(item, aCommit(item, { instance }));
    };
    await hub().create("i1");
    await expect(hub().provider.getInstance("i1")).resolves.toMatchObject({ executionId: "i1-e2" });
  });

  it("does not start anew what has completed since, or was replaced [SQL30]", async () => {
    const replaceable = new Set(["Completed"] as const);
    meanwhile = async () => {
      const item = await hub().lockOne();
      const instance = { ...item.instance, runtimeStatus: "Completed" as const, completedAt: 5 };
      await hub().provider.commitOrchestration(item, aCommit(item, { instance }));
    };
    await hub().provider.createInstance(anExecutionStarted("i1"), replaceable);
    await expect(hub().provider.getInstance("i1")).resolves.toMatchObject({ runtimeStatus: "Completed" });
    await expect(hub().lockable()).resolves.toEqual([]);
  });

  it("says each time that nobody is there, and delivers once somebody is", async () => {
    meanwhile = () => hub().create("i1");
    await expect(hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") })).resolves.toBe(true);
    await expect(hub().provider.sendMessage({ instanceId: "i2", event: anEventRaised("go") })).resolves.toBe(false);
    expect((await hub().lockOne()).messages).toHaveLength(2);
  });

  it("does nothing when it arrives after others have been made [SQL30]", async () => {
    await hub().createRunning("i1");
    for (let index = 0; index < 3; index++) {
      await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    }
    await hub().runOne();
    for (const call of late) await call();
    await expect(hub().lockable()).resolves.toEqual([]);
  });

  it("takes one row of memory for each call under way at the same time, given back at the end", async () => {
    await hub().createRunning("i1");
    const send = () => hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    for (let index = 0; index < 5; index++) await send();
    await expect(count("dt_host.Callers")).resolves.toBe(1);
    await Promise.all([send(), send(), send()]);
    await expect(count("dt_host.Callers")).resolves.toBe(3);
    await hub().provider.stop();
    await expect(count("dt_host.Callers")).resolves.toBe(0);
  });

  it("forgets the calls of processes that were killed long ago", async () => {
    await database.current.client.batch(
      "INSERT INTO dt_host.Callers (TaskHub, Caller, LastCall, CalledTime) VALUES ('contract', 'gone,1/0', 7, '2020-01-01')",
    );
    await hub().create("i1");
    await expect(count("dt_host.Callers WHERE Caller = 'gone,1/0'")).resolves.toBe(0);
  });
});

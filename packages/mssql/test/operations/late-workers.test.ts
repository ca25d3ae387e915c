import { setTimeout as wait } from "node:timers/promises";
import { DurableHostError } from "@durable-host/engine";
import {
  aCommit,
  anActivityTask,
  anEventRaised,
  anExecutionStarted,
  anInstanceSeed,
  aTaskCompleted,
  useHub,
} from "@durable-host/testkit";
import type { SqlClient } from "../../src/connection/sql-client";
import { aMssqlFixture } from "../mssql-fixture";
import { describeWithServer } from "../stand/server";
import { countRows, readTables } from "../stand/table-rows";
import { useDatabase } from "../stand/test-database";

jest.setTimeout(60_000);

const LEASE_MS = 1_000;
const LOST = { code: "LOCK_LOST" };

describeWithServer("a worker that comes too late", (server) => {
  const database = useDatabase(server);
  const hub = useHub(() => aMssqlFixture(database.current, { lockDurationMs: LEASE_MS }));
  const rows = () => readTables(database.current.client);

  /** An episode that would write to every table. */
  const plenty = (instanceId: string) => ({
    activities: [anActivityTask(instanceId, 1)],
    messages: [{ instanceId: "child", event: anExecutionStarted("child"), seed: anInstanceSeed("child") }],
    timers: [{ timerId: 2, fireAt: Date.now() }],
  });

  async function expire(): Promise<void> {
    await wait(LEASE_MS + 250);
  }

  it("has its commit refused once another has the instance, and leaves no trace [SQL28]", async () => {
    await hub().create("i1");
    const late = await hub().lockOne();
    await expire();
    const next = await hub().lockOne();
    expect(next.instance).toEqual(late.instance);
    expect(next.messages).toEqual(late.messages);

    const held = await rows();
    await expect(hub().provider.commitOrchestration(late, aCommit(late, plenty("i1")))).rejects.toMatchObject(LOST);
    expect(await rows()).toEqual(held);
    await hub().provider.commitOrchestration(next, aCommit(next, plenty("i1")));
    const committed = await rows();
    await expect(hub().provider.commitOrchestration(late, aCommit(late, plenty("i1")))).rejects.toMatchObject(LOST);
    expect(await rows()).toEqual(committed);
  });

  it("has its commit refused also where the instance has begun anew since, and leaves no trace [SQL29]", async () => {
    await hub().create("i1");
    const late = await hub().lockOne();
    await expire();
    const next = await hub().lockOne();
    const instance = { ...next.instance, executionId: "i1-e2", runtimeStatus: "Running" as const };
    const history = { type: "replace", events: [anExecutionStarted("i1", { executionId: "i1-e2" })] } as const;
    await hub().provider.commitOrchestration(next, aCommit(next, { instance, history }));

    const anew = await rows();
    await expect(hub().provider.commitOrchestration(late, aCommit(late, plenty("i1")))).rejects.toMatchObject(LOST);
    await expect(
      hub().provider.commitOrchestration(late, aCommit(late, { instance: undefined })),
    ).rejects.toMatchObject(LOST);
    expect(await rows()).toEqual(anew);
  });

  it("cannot renew what it has lost, nor lengthen what another holds [SQL31]", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    const [late, lateTask] = [await hub().lockOne(), await hub().lockOneActivity()];
    await expire();
    await hub().lockOne();
    await hub().lockOneActivity();
    const held = await rows();
    await expect(hub().provider.renewLock(late)).rejects.toMatchObject(LOST);
    await expect(hub().provider.renewLock(lateTask)).rejects.toMatchObject(LOST);
    expect(await rows()).toEqual(held);
  });

  it("has its result refused once the activity is completed, and leaves no trace [SQL32]", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    const late = await hub().lockOneActivity();
    await expire();
    const next = await hub().lockOneActivity();
    await expect(hub().provider.commitActivity(late, aTaskCompleted(1))).rejects.toMatchObject(LOST);
    await hub().provider.commitActivity(next, aTaskCompleted(1, { result: '"next"' }));
    const completed = await rows();
    for (const item of [late, next])
      await expect(hub().provider.commitActivity(item, aTaskCompleted(1))).rejects.toMatchObject(LOST);
    expect(await rows()).toEqual(completed);
    expect((await hub().lockOne()).messages.map(({ event }) => event)).toEqual([
      aTaskCompleted(1, { result: '"next"' }),
    ]);
  });
});

describeWithServer("a call whose answer is lost after the server has carried it out", (server) => {
  const database = useDatabase(server);
  let lost: string | undefined;
  /** As the client does for transient errors: it calls again. */
  const repeating = (): SqlClient => {
    const { client } = database.current;
    return {
      call: async (...args) => {
        const result = await client.call(...args);
        if (args[0] !== `dt_host.${lost}`) return result;
        lost = undefined;
        await client.call(...args);
        throw new DurableHostError("STORAGE_TRANSIENT", "Both answers were lost.", { outcomeUnknown: true });
      },
      query: (...args) => client.query(...args),
      batch: (...args) => client.batch(...args),
      transaction: (work) => client.transaction(work),
      close: async () => undefined,
    };
  };
  const hub = useHub(() => aMssqlFixture(database.current, { connect: repeating }));

  /** Calls with the answer lost and the call repeated; resolves to how it ended. */
  async function losing(procedure: string, call: () => Promise<unknown>): Promise<unknown> {
    lost = procedure;
    return call().then(
      () => "answered",
      (error: { readonly code?: string }) => error.code,
    );
  }

  it("adds nothing a second time when it is repeated: a start, a message, a commit, a result [SQL30]", async () => {
    const { provider } = hub();
    await losing("CreateInstance", () => hub().create("i1"));
    const rows = () => countRows(database.current.client);
    const go = anEventRaised("go", { input: "1" });
    expect(await rows()).toMatchObject({ Instances: 1, NewEvents: 1, Payloads: 1 });

    await losing("SendMessage", () => provider.sendMessage({ instanceId: "i1", event: go }));
    expect(await rows()).toMatchObject({ NewEvents: 2, Payloads: 2 });

    const item = await hub().lockOne();
    const child = { instanceId: "child", event: anExecutionStarted("child"), seed: anInstanceSeed("child") };
    const commit = aCommit(item, { activities: [anActivityTask("i1", 1)], messages: [child] });
    expect(await losing("CommitInstance", () => provider.commitOrchestration(item, commit))).toBe("LOCK_LOST");
    expect(await rows()).toMatchObject({ Instances: 2, History: 3, NewTasks: 1, NewEvents: 1 });

    const task = await hub().lockOneActivity();
    expect(await losing("CompleteTask", () => provider.commitActivity(task, aTaskCompleted(1)))).toBe("LOCK_LOST");
    expect(await rows()).toMatchObject({ NewTasks: 0, NewEvents: 2 });
  });
});

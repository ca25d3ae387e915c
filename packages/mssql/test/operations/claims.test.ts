import { DurableHostError } from "@durable-host/engine";
import { aCommit, anActivityTask, anEventRaised, anExecutionStarted, useHub } from "@durable-host/testkit";
import type { SqlClient } from "../../src/connection/sql-client";
import { aMssqlFixture } from "../mssql-fixture";
import { describeWithServer } from "../stand/server";
import { useDatabase } from "../stand/test-database";

jest.setTimeout(60_000);

const HOUR_MS = 3_600_000;
/** More messages than one claim of a single instance looks at. */
const MANY = 150;

describeWithServer("claims of instances", (server) => {
  const database = useDatabase(server);
  const hub = useHub(() => aMssqlFixture(database.current));

  /** Rows as others may write them, many at once. */
  async function insertEvents(instanceId: string, count: number, columns = "NULL, 'EventRaised'"): Promise<void> {
    const row = `('contract', '${instanceId}', ${columns}, 'go')`;
    await database.current.client.batch(
      `INSERT INTO dt.NewEvents (TaskHub, InstanceID, VisibleTime, EventType, [Name])
       VALUES ${Array.from({ length: count }, () => row).join(", ")}`,
    );
  }

  it("reach every instance, however many messages the first of them have", async () => {
    await hub().createRunning("a");
    await hub().createRunning("b");
    await insertEvents("a", MANY);
    await insertEvents("b", 1);
    const claimed = [await hub().provider.lockOrchestrations("orchestration", 1)];
    claimed.push(await hub().provider.lockOrchestrations("orchestration", 1));
    expect(claimed.flat().map(({ instance }) => instance.instanceId)).toEqual(["a", "b"]);
  });

  it("are not held up by messages that wait for a scheduled start", async () => {
    await hub().provider.createInstance(
      anExecutionStarted("later", { scheduledStartTime: Date.now() + HOUR_MS }),
      new Set(),
    );
    await insertEvents("later", MANY);
    await hub().create("now");
    await expect(hub().lockable()).resolves.toEqual(["now"]);
  });

  it("take what was due at a time along with what was due at once", async () => {
    for (const id of ["timer", "busy"]) await hub().createRunning(id);
    await insertEvents("timer", 1, "'2020-01-01', 'TimerFired'");
    await insertEvents("busy", MANY);
    const items = await hub().provider.lockOrchestrations("orchestration", 2);
    expect(items.map(({ instance }) => instance.instanceId)).toEqual(["timer", "busy"]);
  });

  it("give nobody an instance twice, and nobody one without messages, when many ask at once", async () => {
    const { provider } = hub();
    for (let index = 0; index < 8; index++) await hub().create(`i${index}`);
    const claimed: string[] = [];
    const work = async (): Promise<void> => {
      for (let round = 0; round < 6; round++) {
        for (const item of await provider.lockOrchestrations("orchestration", 3)) {
          expect(item.messages).toHaveLength(1);
          claimed.push(item.instance.instanceId);
          await provider.commitOrchestration(item, aCommit(item));
        }
      }
    };
    await Promise.all([work(), work(), work(), work()]);
    expect(claimed.toSorted()).toEqual(Array.from({ length: 8 }, (_, index) => `i${index}`));
  });
});

describeWithServer("ids that no instance can have", (server) => {
  const database = useDatabase(server);
  const hub = useHub(() => aMssqlFixture(database.current));

  it("are not taken for those of instances that begin alike [SQL12]", async () => {
    const { provider } = hub();
    const instanceId = "i".repeat(100);
    await hub().create(instanceId, { executionId: "e1" });
    await hub().runOne();
    const longer = `${instanceId}j`;
    await expect(provider.getInstance(longer)).resolves.toBeUndefined();
    await expect(provider.readHistory(longer)).resolves.toEqual([]);
    await expect(provider.describeWork?.(longer)).resolves.toBeUndefined();
    await expect(provider.purgeInstances([longer])).resolves.toBe(0);
    await expect(
      provider.createInstance(anExecutionStarted(longer, { executionId: "e2" }), new Set()),
    ).rejects.toMatchObject({
      code: "INVALID_INSTANCE_ID",
    });
    expect(await provider.getInstance(instanceId)).toBeDefined();
  });
});

describeWithServer("claims whose answers are lost", (server) => {
  const database = useDatabase(server);
  let lostProcedure: string | undefined;
  /** Carries calls out; the answer to the next one of `lostProcedure` does not arrive. */
  const forgetful = (): SqlClient => {
    const { client } = database.current;
    return {
      call: async (procedure, parameters, options) => {
        const result = await client.call(procedure, parameters, options);
        if (procedure !== lostProcedure) return result;
        lostProcedure = undefined;
        throw new DurableHostError("STORAGE_TRANSIENT", "The answer was lost.", { outcomeUnknown: true });
      },
      query: (...args) => client.query(...args),
      batch: (...args) => client.batch(...args),
      transaction: (work) => client.transaction(work),
      close: async () => undefined,
    };
  };
  const hub = useHub(() => aMssqlFixture(database.current, { connect: forgetful, lockDurationMs: HOUR_MS }));
  const lost = { code: "STORAGE_TRANSIENT", outcomeUnknown: true };

  it("leave no locks behind, and those of other claims alone", async () => {
    const { provider } = hub();
    await hub().createRunning("held", { activities: [anActivityTask("held", 1)] });
    await provider.sendMessage({ instanceId: "held", event: anEventRaised("go") });
    const held = await hub().lockOne();
    const heldTask = await hub().lockOneActivity();
    await hub().create("i1");
    lostProcedure = "dt_host.LockInstances";
    await expect(provider.lockOrchestrations("orchestration", 10)).rejects.toMatchObject(lost);
    await hub().runOne({ activities: [anActivityTask("i1", 1)] });
    lostProcedure = "dt_host.LockTasks";
    await expect(provider.lockActivities(10)).rejects.toMatchObject(lost);
    expect((await hub().lockOneActivity()).task.instanceId).toBe("i1");
    await provider.renewLock(held);
    await provider.renewLock(heldTask);
  });

  it("leave no lock on an instance that has no messages, locked for the outcome of an activity", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    await hub().lockOneActivity();
    lostProcedure = "dt_host.LockInstances";
    await expect(hub().lockInstance("i1")).rejects.toMatchObject(lost);
    await expect(hub().lockInstance("i1")).resolves.toBeDefined();
  });

  it("give everything back when the process stops that has locked it [SQL51]", async () => {
    await hub().createRunning("waiting", { activities: [anActivityTask("waiting", 1)] });
    await hub().create("begun");
    await hub().lockOne();
    await hub().lockOneActivity();
    await hub().lockInstance("waiting");
    await hub().restart();
    await expect(hub().lockable()).resolves.toEqual(["begun"]);
    await hub().lockOneActivity();
    await expect(hub().lockInstance("waiting")).resolves.toBeDefined();
  });
});

import { anEventRaised, ErrorRecorder, useHub } from "@durable-host/testkit";
import { inspectSchema } from "../../src/schema/inspect-schema";
import { aMssqlFixture } from "../mssql-fixture";
import { describeWithServer } from "../stand/server";
import { useDatabase } from "../stand/test-database";

jest.setTimeout(60_000);

describeWithServer("messages that nobody can read", (server) => {
  const database = useDatabase(server);
  let log: ErrorRecorder;
  const hub = useHub(() => {
    log = new ErrorRecorder();
    return aMssqlFixture(database.current, { logger: log });
  });
  const run = (sql: string) => database.current.client.batch(sql);
  const rows = async (sql: string) => (await database.current.client.query(sql)).sets[0] ?? [];

  async function insertUnknown(instanceId = "i1"): Promise<void> {
    await run(
      `INSERT INTO dt.NewEvents (TaskHub, InstanceID, EventType, [Name])
       VALUES ('contract', '${instanceId}', 'ExecutionExploded', 'bang')`,
    );
  }

  it("are parked, and what else came in is handled [SQL44]", async () => {
    await hub().createRunning("i1");
    await insertUnknown();
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    const item = await hub().runOne();
    expect(item.messages).toMatchObject([{ event: { name: "go" } }]);
    await expect(hub().lockable()).resolves.toEqual([]);
    await expect(hub().provider.describeWork?.("i1")).resolves.toMatchObject({ pendingMessages: 0 });
    expect(log.errors.map(([message]) => message)).toEqual([
      expect.stringMatching(/message to the instance 'i1'.*'ExecutionExploded' is of an unknown type.*storage status/),
    ]);
  });

  it("leave their instance free when there is nothing else, and cause no further look [SQL44]", async () => {
    await hub().createRunning("i1");
    await insertUnknown();
    await expect(hub().lockable()).resolves.toEqual([]);
    await expect(hub().lockable()).resolves.toEqual([]);
    expect(log.errors).toHaveLength(1);
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    expect((await hub().lockOne()).messages).toHaveLength(1);
  });

  it("do not keep instances waiting behind theirs, of which a claim of one would see nothing", async () => {
    await hub().createRunning("i1");
    await insertUnknown();
    await hub().create("i2");
    const { provider } = hub();
    const woken: string[] = [];
    const end = provider.onWork((kind) => woken.push(kind));
    await expect(provider.lockOrchestrations("orchestration", 1)).resolves.toEqual([]);
    end();
    expect(woken).toContain("orchestration");
    await expect(provider.lockOrchestrations("orchestration", 1)).resolves.toMatchObject([
      { instance: { instanceId: "i2" } },
    ]);
  });

  it("are told of by the status of the schema, and handed out again when somebody says so [SQL44]", async () => {
    await hub().createRunning("i1");
    await insertUnknown();
    await hub().lockable();
    const { parked } = await inspectSchema(database.current.client, "dt");
    expect(parked).toEqual({
      hubs: [{ taskHub: "contract", messages: 1 }],
      oldest: [expect.objectContaining({ taskHub: "contract", instanceId: "i1", eventType: "ExecutionExploded" })],
    });
    await run("UPDATE dt.NewEvents SET EventType = 'EventRaised'");
    const released = await rows("EXEC dt_host.ReleaseParkedMessages @TaskHub = 'contract', @InstanceID = 'i1'");
    expect(released).toEqual([{ Released: 1 }]);
    expect((await hub().lockOne()).messages).toMatchObject([{ event: { type: "EventRaised", name: "bang" } }]);
  });

  it("go with their instance when it is purged, and do not keep it from being purged [SQL44]", async () => {
    await hub().createRunning("i1");
    await insertUnknown();
    await run("UPDATE dt.NewEvents SET EventType = 'ExecutionStarted', VisibleTime = '9999-12-31T23:59:59.9999999'");
    await expect(hub().provider.purgeInstances(["i1"], ["Running"])).resolves.toBe(1);
    await expect(rows("SELECT EventType FROM dt.NewEvents")).resolves.toEqual([]);
  });

  it("do not begin an entity anew that is deleted [SQL44]", async () => {
    await hub().createRunning("i1");
    await insertUnknown();
    await hub().lockable();
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    await hub().runOne({ instance: undefined });
    await expect(hub().provider.getInstance("i1")).resolves.toBeUndefined();
    await expect(rows("SELECT EventType FROM dt.NewEvents")).resolves.toEqual([]);
  });
});

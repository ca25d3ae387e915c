import {
  aCommit,
  anEventRaised,
  anExecutionStarted,
  anExecutionTerminated,
  anInstanceSeed,
  useHub,
  waitUntil,
  type TestHub,
} from "@durable-host/testkit";
import type { SqlClient } from "../../src/connection/sql-client";
import { aMssqlFixture, shared } from "../mssql-fixture";
import { describeWithMicrosoftVersion } from "../schema/microsoft-scripts";
import { connectTo, describeWithServer } from "../stand/server";
import { aMicrosoftDatabase, type MicrosoftDatabase } from "./microsoft-database";

jest.setTimeout(60_000);

describeWithServer("instances on Microsoft's procedures", (server) => {
  for (const version of ["1.2.3", "1.8.1"]) {
    describeWithMicrosoftVersion(version, `of version ${version}`, () => {
      let microsoft: MicrosoftDatabase;
      let client: SqlClient;
      beforeAll(async () => {
        microsoft = await aMicrosoftDatabase(server, version);
        client = connectTo(microsoft.connectionString);
      });
      afterAll(async () => {
        await client?.close();
        await microsoft?.drop();
      });
      const hub = useHub(() =>
        aMssqlFixture(microsoft.database, {
          hubName: microsoft.hub,
          connect: () => shared(client),
          prepare: async () => ({ isUtf8: false, microsoftVersion: version }),
        }),
      );
      describeStatus(hub);
      describeEntities(hub);
      describeEarlyMessages(hub);
      if (version === "1.2.3") describeLateTermination(hub);
      else describeEarlyTermination(hub);
    });
  }
});

function describeStatus(hub: () => TestHub): void {
  it("show the input of a sub-orchestration once it has begun, and of an execution that was continued", async () => {
    const parent = { instanceId: "i1", executionId: "i1-e1", name: "order", taskScheduledId: 0 };
    const start = anExecutionStarted("child", { parent, input: '"ü"' });
    const seed = anInstanceSeed("child", { parentInstanceId: "i1" });
    await hub().createRunning("i1", { messages: [{ instanceId: "child", event: start, seed }] });
    const child = await hub().lockOne();
    await hub().provider.commitOrchestration(child, aCommit(child));
    expect(await hub().provider.getInstance("child")).toMatchObject({ input: '"ü"', parentInstanceId: "i1" });

    await hub().provider.sendMessage({ instanceId: "child", event: anEventRaised("again") });
    const next = anExecutionStarted("child", { executionId: "e2", input: "2" });
    const item = await hub().lockOne();
    const instance = { ...item.instance, executionId: "e2" };
    await hub().provider.commitOrchestration(item, {
      ...aCommit(item, { instance, messages: [{ instanceId: "child", executionId: "e2", event: next }] }),
      history: { type: "replace", events: [] },
    });
    await hub().runOne();
    expect(await hub().provider.getInstance("child")).toMatchObject({ input: "2", executionId: "e2" });
    expect(await hub().provider.getInstance("child")).toMatchObject({ input: "2" });
  });

  it("keep their execution when their history begins anew, and take what was sent to it", async () => {
    await hub().createRunning("i1");
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("rewind") });
    const item = await hub().lockOne();
    const events = [anExecutionStarted("i1")];
    await hub().provider.commitOrchestration(item, aCommit(item, { history: { type: "replace", events } }));
    expect(await hub().provider.getInstance("i1")).toMatchObject({ executionId: "i1-e1" });
    await hub().provider.sendMessage({ instanceId: "i1", executionId: "i1-e1", event: anEventRaised("go") });
    expect(await hub().lockOne()).toMatchObject({ historyLength: 1, instance: { executionId: "i1-e1" } });
  });

  it("show no custom status once it was taken away", async () => {
    await hub().create("i1");
    const item = await hub().lockOne();
    await hub().provider.commitOrchestration(
      item,
      aCommit(item, { instance: { ...item.instance, customStatus: "1" } }),
    );
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    const next = await hub().lockOne();
    expect(next.instance.customStatus).toBe("1");
    await hub().provider.commitOrchestration(
      next,
      aCommit(next, { instance: { ...next.instance, customStatus: null } }),
    );
    expect((await hub().provider.getInstance("i1"))?.customStatus).toBeNull();
  });
}

function describeEntities(hub: () => TestHub): void {
  const entity = "@counter@a";
  const send = (name: string) =>
    hub().provider.sendMessage({ instanceId: entity, event: anEventRaised(name), seed: anInstanceSeed(entity) });

  it("are handed out to those who asked for their kind, whichever asked first [SQL46]", async () => {
    await send("add");
    await hub().create("i1");
    const orchestrations = await hub().lockable();
    expect(orchestrations).toEqual(["i1"]);
    expect(await hub().lockable("entity")).toEqual([entity]);
    expect([await hub().lockable(), await hub().lockable("entity")]).toEqual([[], []]);
  });

  it("are not listed nor counted once they are deleted, and are there again when they are sent to", async () => {
    await send("reset");
    const item = await hub().lockOne("entity");
    await hub().provider.commitOrchestration(item, aCommit(item, { instance: undefined }));
    expect(await hub().provider.queryInstances({ top: 10 })).toEqual({ instances: [] });
    await expect(hub().provider.purgeInstances([entity])).resolves.toBe(0);
    await send("add");
    const again = await hub().lockOne("entity");
    const input = '{"state":1}';
    const history = [anExecutionStarted(entity, { executionId: again.instance.executionId, input })];
    const instance = { ...again.instance, runtimeStatus: "Running" as const, input };
    await hub().provider.commitOrchestration(
      again,
      aCommit(again, { instance, history: { type: "replace", events: history } }),
    );
    expect(await hub().provider.getInstance(entity)).toMatchObject({ runtimeStatus: "Running", input });
    await expect(hub().provider.purgeInstances([entity])).resolves.toBe(1);
  });
}

function describeEarlyMessages(hub: () => TestHub): void {
  it("are not kept from starting by an event that came before [SQL18]", async () => {
    await hub().create("i1", { scheduledStartTime: hub().now() + 1_500 });
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("early") });
    const [item] = await waitUntil("the start", async () => {
      const items = await hub().provider.lockOrchestrations("orchestration", 1);
      return items.length > 0 ? items : undefined;
    });
    expect(item?.messages.map(({ event }) => event.type)).toEqual(["ExecutionStarted", "EventRaised"]);
  });
}

function describeEarlyTermination(hub: () => TestHub): void {
  it("end at once when they are terminated before their time, with the reason as output [SQL16]", async () => {
    await hub().create("i1", { scheduledStartTime: hub().now() + 60_000 });
    await hub().provider.sendMessage({ instanceId: "i1", event: anExecutionTerminated("not needed") });
    expect(await hub().provider.getInstance("i1")).toMatchObject({
      runtimeStatus: "Terminated",
      output: "not needed",
    });
    expect(await hub().lockable()).toEqual([]);
  });
}

/** Microsoft's procedure came to end such instances at once with 1.5.2. */
function describeLateTermination(hub: () => TestHub): void {
  it("are handed out with their termination when their time has come", async () => {
    await hub().create("i1", { scheduledStartTime: hub().now() + 1_500 });
    await hub().provider.sendMessage({ instanceId: "i1", event: anExecutionTerminated("not needed") });
    const [item] = await waitUntil("the start", async () => {
      const items = await hub().provider.lockOrchestrations("orchestration", 1);
      return items.length > 0 ? items : undefined;
    });
    expect(item?.messages.map(({ event }) => event.type)).toEqual(["ExecutionStarted", "ExecutionTerminated"]);
  });
}

import { systemClock, type StorageProvider } from "@durable-host/engine";
import { aCommit, anActivityTask, anEventRaised, anExecutionStarted, silentLogger } from "@durable-host/testkit";
import { createMssqlProvider } from "../../src/mssql-provider";
import { describeWithServer } from "../stand/server";
import { useDatabase } from "../stand/test-database";

jest.setTimeout(60_000);

describeWithServer("two task hubs in one schema", (server) => {
  const database = useDatabase(server);
  let ours: StorageProvider;
  let theirs: StorageProvider;

  const open = async (hubName: string): Promise<StorageProvider> => {
    const provider = createMssqlProvider({
      connect: () => database.current.connect(),
      hubName,
      clock: systemClock,
      logger: silentLogger,
      longestPollMs: 200,
    });
    await provider.start();
    return provider;
  };
  beforeEach(async () => {
    ours = await open("ours");
    theirs = await open("theirs");
  });
  afterEach(async () => {
    await ours.stop();
    await theirs.stop();
  });

  /** Starts the instance `same` and runs its first episode; `by` is all over it. */
  async function run(provider: StorageProvider, by: string): Promise<void> {
    await provider.createInstance(
      anExecutionStarted("same", { name: by, input: JSON.stringify(by), version: by, tags: { by } }),
      new Set(),
    );
    const [item] = await provider.lockOrchestrations("orchestration", 10);
    if (item === undefined) throw new Error("There is a start.");
    expect(item.instance.name).toBe(by);
    const instance = { ...item.instance, runtimeStatus: "Running" as const, customStatus: JSON.stringify(by) };
    const activities = [anActivityTask("same", 1, { name: by })];
    await provider.commitOrchestration(item, aCommit(item, { instance, activities }));
  }

  it("with equal instance ids never see each other: state, history, lists, work, purges [SQL10]", async () => {
    await run(ours, "ours");
    expect(await theirs.getInstance("same")).toBeUndefined();
    expect(await theirs.lockActivities(10)).toEqual([]);
    await run(theirs, "theirs");
    for (const [provider, by] of [
      [ours, "ours"],
      [theirs, "theirs"],
    ] as const) {
      const { instances } = await provider.queryInstances({ top: 10 });
      const state = { name: by, version: by, tags: { by }, customStatus: JSON.stringify(by) };
      expect(instances).toEqual([expect.objectContaining(state)]);
      const started = (await provider.readHistory("same")).find(({ type }) => type === "ExecutionStarted");
      expect(started).toMatchObject({ name: by, version: by, tags: { by }, input: JSON.stringify(by) });
      expect((await provider.lockActivities(10)).map(({ task }) => task.name)).toEqual([by]);
    }
    await ours.sendMessage({ instanceId: "same", event: anEventRaised("go") });
    expect(await theirs.lockOrchestrations("orchestration", 10)).toEqual([]);
    expect(await ours.purgeInstances(["same"])).toBe(1);
    expect(await theirs.getInstance("same")).toMatchObject({ name: "theirs", runtimeStatus: "Running" });
    expect(await theirs.readHistory("same")).toHaveLength(2);
    await theirs.deleteTaskHub();
    expect(await theirs.getInstance("same")).toBeUndefined();
  });
});

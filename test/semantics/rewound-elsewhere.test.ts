import { createMssqlProvider } from "@durable-host/mssql";
import { systemClock } from "@durable-host/engine";
import { silentLogger } from "@durable-host/testkit";
import { describeWithServer } from "../../packages/mssql/test/stand/server";
import { useDatabase } from "../../packages/mssql/test/stand/test-database";
import { InProcessHub, type App } from "./in-process-hub";

jest.setTimeout(60_000);

const calls: string[] = [];
let broken = true;

const app: App = {
  activities: {
    work: (key: string): string => {
      calls.push(key);
      if (broken && key === "fragile") throw new Error("no stock");
      return key;
    },
  },
  orchestrators: {
    *steps({ df }) {
      const done: string[] = [];
      for (const key of ["before", "fragile", "after"]) done.push(yield df.callActivity("work", key));
      return done;
    },
    *parent({ df }) {
      const first: string = yield df.callActivity("work", "first");
      const child: string[] = yield df.callSubOrchestrator("steps");
      return [first, ...child];
    },
  },
};

describeWithServer("an instance that Microsoft's procedure has rewound", (server) => {
  const database = useDatabase(server);
  let hub: InProcessHub;

  beforeEach(async () => {
    calls.length = 0;
    broken = true;
    // The procedure works on the hub of the user who calls it.
    const { sets } = await database.current.client.query("SELECT dt.CurrentTaskHub() AS Hub");
    const hubName = String(sets[0]?.[0]?.["Hub"]);
    hub = await InProcessHub.start(app, "verify", {
      store: () =>
        createMssqlProvider({
          connect: () => database.current.connect(),
          prepare: async () => ({ isUtf8: !database.current.isBabelfish }),
          hubName,
          clock: systemClock,
          logger: silentLogger,
          longestPollMs: 100,
        }),
    });
  });
  afterEach(() => hub.stop());

  async function failAndRewind(name: string): Promise<unknown> {
    const { instanceId, runtimeStatus } = await hub.run(name);
    expect(runtimeStatus).toBe("Failed");
    broken = false;
    await database.current.client.call("dt._RewindInstance", [
      { name: "InstanceID", type: "nvarchar", length: 100, value: instanceId },
      { name: "Reason", type: "nvarchar", value: "in stock again" },
    ]);
    const instance = await hub.until(instanceId, (now) => now.runtimeStatus === "Completed");
    const types = await hub.historyTypes(instanceId);
    expect(types).toContain("ExecutionRewound");
    expect(types).not.toContain("TaskFailed");
    return JSON.parse(instance.output ?? "null");
  }

  it("repeats what had failed, goes on from there, and nothing else [SQL26, SQL43]", async () => {
    await expect(failAndRewind("steps")).resolves.toEqual(["before", "fragile", "after"]);
    expect(calls).toEqual(["before", "fragile", "fragile", "after"]);
  });

  it("goes on with its child, which is rewound too [SQL26]", async () => {
    await expect(failAndRewind("parent")).resolves.toEqual(["first", "before", "fragile", "after"]);
    expect(calls).toEqual(["first", "before", "fragile", "fragile", "after"]);
  });
});

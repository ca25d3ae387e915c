import { setTimeout as wait } from "node:timers/promises";
import { aCommit, anActivityTask, anEventRaised, anExecutionStarted, checkHub, waitUntil } from "@durable-host/testkit";
import type { SqlClient } from "../../packages/mssql/src/connection/sql-client";
import { readHub } from "../../packages/mssql/test/stand/read-hub";
import { describeWithServer } from "../../packages/mssql/test/stand/server";
import { readTables } from "../../packages/mssql/test/stand/table-rows";
import { TestDatabase } from "../../packages/mssql/test/stand/test-database";
import { InProcessHub, type App, type HubSettings } from "./in-process-hub";
import { HUB, onSqlServer } from "./sql-server-hub";

jest.setTimeout(120_000);

const LEASE_MS = 10_000;
/** Longer than two leases: only a lock that is renewed lasts. */
const LONG_MS = 22_000;
const STOP_WITHIN_MS = 5_000;

let begun: string[] = [];

const APP: App = {
  activities: {
    async pause([key, ms]: [string, number]) {
      begun.push(key);
      await wait(ms);
      return key;
    },
  },
  orchestrators: {
    *pauses({ df }) {
      const done: unknown = yield df.callActivity("pause", df.getInput());
      return done;
    },
  },
};

describeWithServer("hosts that share a hub on SQL Server", (server) => {
  let database: TestDatabase;
  const hosts: InProcessHub[] = [];

  beforeAll(async () => {
    database = await TestDatabase.withSchema(server);
  });
  beforeEach(() => (begun = []));
  afterEach(async () => {
    await Promise.all(hosts.splice(0).map((host) => host.stop()));
    await database.empty();
  });
  afterAll(() => database?.drop());

  async function start(
    settings: HubSettings = onSqlServer(database, { lockDurationMs: LEASE_MS }),
  ): Promise<InProcessHub> {
    const host = await InProcessHub.start(APP, "verify", settings);
    hosts.push(host);
    return host;
  }

  it("leave an activity to the one that has it, for as long as it takes [SQL27, SQL31]", async () => {
    const [host] = await Promise.all([start(), start()]);
    if (!host) throw new Error("Two hosts run.");
    const end = await host.hub.startAndWait({ name: "pauses", instanceId: "i1", input: `["long",${LONG_MS}]` }, 60_000);
    expect(end).toMatchObject({ runtimeStatus: "Completed", output: '"long"' });
    expect(begun).toEqual(["long"]);
    expect(checkHub(await readHub(database.client, HUB))).toEqual([]);
  });

  it("finish what they have begun when they are stopped, and close their connections [SQL51]", async () => {
    const closed: string[] = [];
    const connect = (): SqlClient => {
      const client = database.connect();
      const close = async (): Promise<void> => {
        await client.close();
        closed.push("client");
      };
      return new Proxy(client, { get: (target, name) => (name === "close" ? close : bound(target, name)) });
    };
    const first = await start(onSqlServer(database, { connect }));
    await first.hub.start({ name: "pauses", instanceId: "i1", input: '["short",600]' });
    await waitUntil("the activity", () => begun.length === 1 || undefined);
    const began = Date.now();
    await first.stop();
    expect(Date.now() - began).toBeLessThan(STOP_WITHIN_MS);
    expect(closed).toEqual(["client"]);
    expect((await readTables(database.client)).NewTasks).toEqual([]);

    const second = await start();
    expect(await second.end("i1")).toMatchObject({ output: '"short"' });
    expect(begun).toEqual(["short"]);
  });

  it("give back at their stop what they still hold, so that others have it at once [SQL51]", async () => {
    const [first, second] = [onSqlServer(database).store?.(), onSqlServer(database).store?.()];
    if (!first || !second) throw new Error("Both stores are there.");
    await first.start();
    await second.start();
    await first.createInstance(anExecutionStarted("i1"), new Set());
    const [begun] = await first.lockOrchestrations("orchestration", 1);
    if (!begun) throw new Error("There is a start.");
    await first.commitOrchestration(begun, aCommit(begun, { activities: [anActivityTask("i1", 1)] }));
    await first.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    expect(await first.lockOrchestrations("orchestration", 1)).toHaveLength(1);
    expect(await first.lockActivities(1)).toHaveLength(1);
    expect([await second.lockOrchestrations("orchestration", 1), await second.lockActivities(1)]).toEqual([[], []]);
    await first.stop();
    expect(await second.lockOrchestrations("orchestration", 1)).toHaveLength(1);
    expect(await second.lockActivities(1)).toHaveLength(1);
    await second.stop();
  });
});

function bound(target: object, name: PropertyKey): unknown {
  const member: unknown = Reflect.get(target, name, target);
  return typeof member === "function" ? member.bind(target) : member;
}

import { systemClock, type Logger } from "@durable-host/engine";
import {
  aCommit,
  anActivityTask,
  anExecutionStarted,
  anInstanceSeed,
  aTaskCompleted,
  silentLogger,
} from "@durable-host/testkit";
import { createMssqlHubProvider, type MssqlHubOptions } from "../../src/mssql-hub-provider";
import { createMssqlProvider } from "../../src/mssql-provider";
import { prepareSchema } from "../../src/schema/prepare-schema";
import { describeWithMicrosoftScripts } from "../schema/microsoft-scripts";
import { describeWithServer } from "../stand/server";
import { aMicrosoftDatabase, type MicrosoftDatabase } from "./microsoft-database";

jest.setTimeout(60_000);

describeWithServer("a database of Microsoft's provider", (server) => {
  describeWithMicrosoftScripts("in a schema of another name", () => {
    let microsoft: MicrosoftDatabase;
    let warnings: string[];
    beforeAll(async () => {
      microsoft = await aMicrosoftDatabase(server, "1.8.1", "shop");
    });
    beforeEach(() => {
      warnings = [];
    });
    afterAll(() => microsoft?.drop());

    function aHub(options: Partial<MssqlHubOptions> = {}) {
      const logger: Logger = { ...silentLogger, warn: (message) => void warnings.push(message) };
      return createMssqlHubProvider({
        connectionString: microsoft.connectionString,
        connectionName: "DB",
        hubName: microsoft.hub,
        schema: "shop",
        mayCreate: "schema",
        clock: systemClock,
        logger,
        ...options,
      });
    }

    async function hostSchemas(): Promise<number | undefined> {
      const sql = "SELECT name FROM sys.schemas WHERE name = 'shop_host'";
      return (await microsoft.database.client.query(sql)).sets[0]?.length;
    }

    const theirs = expect.stringMatching(/The schema shop is Microsoft's, version 1\.8\.1/);

    it("is worked on through its own procedures by a login that may add none, which is said once [SQL4, SQL9]", async () => {
      const provider = aHub();
      await provider.start();
      expect(await provider.getInstance("nobody")).toBeUndefined();
      expect(provider.describeWork).toBeUndefined();
      await provider.stop();
      expect(warnings.filter((warning) => /Microsoft's/.test(warning))).toEqual([theirs]);
    });

    it("is worked on through its own procedures where host.json wants nothing added", async () => {
      const { connectionString } = microsoft.database;
      const provider = aHub({ connectionString, hubName: "dbo", addHostSchema: false });
      await provider.start();
      await provider.stop();
      expect(warnings).toContainEqual(theirs);
      expect(await hostSchemas()).toBe(0);
    });

    it("is looked at as it is by whoever only looks", async () => {
      const provider = aHub({
        connectionString: microsoft.database.connectionString,
        hubName: "dbo",
        mayCreate: "nothing",
      });
      await provider.start();
      await provider.stop();
      expect(await hostSchemas()).toBe(0);
    });

    it("refuses a task hub that is not that of the connection, and names both [SQL8]", async () => {
      await expect(aHub({ hubName: "Orders" }).start()).rejects.toMatchObject({
        code: "CONFIG_INVALID",
        message: expect.stringMatching(new RegExp(`task hub Orders, but .* work on ${microsoft.hub} .*TaskHubMode`)),
      });
    });

    it("is refused while its procedures are of a version that loses messages, and says what to do [SQL7]", async () => {
      const { client } = microsoft.database;
      await client.batch("UPDATE shop.Versions SET SemanticVersion = '1.1.0'");
      const starting = aHub().start();
      await expect(starting).rejects.toMatchObject({
        code: "CONFIG_INVALID",
        message: expect.stringMatching(/Microsoft's, version 1\.1\.0, .* Upgrade it/),
      });
      await client.batch("UPDATE shop.Versions SET SemanticVersion = '1.8.1'");
    });

    it("takes the hub of host.json where the application's name decides [SQL8]", async () => {
      await microsoft.database.client.batch("UPDATE shop.GlobalSettings SET Value = 0 WHERE Name = 'TaskHubMode'");
      const provider = aHub({ hubName: "Orders" });
      await provider.start();
      await provider.stop();
      await microsoft.database.client.batch("UPDATE shop.GlobalSettings SET Value = 1 WHERE Name = 'TaskHubMode'");
    });

    it("is refused where there is nothing of anybody's and nothing is to be added", async () => {
      await expect(aHub({ schema: "elsewhere", addHostSchema: false }).start()).rejects.toMatchObject({
        code: "CONFIG_INVALID",
        message: expect.stringContaining("has no schema elsewhere"),
      });
    });

    it("gets our schema beside it from a login that may add it, and is worked on through that: what is under way goes on", async () => {
      const before = aHub();
      await before.start();
      await before.createInstance(anExecutionStarted("i1"), new Set());
      const [item] = await before.lockOrchestrations("orchestration", 1);
      if (item === undefined) throw new Error("The instance has a start.");
      const parent = { instanceId: "i1", executionId: "i1-e1", name: "order", taskScheduledId: 1 };
      const start = anExecutionStarted("child", { parent, timestamp: 7 });
      const seed = anInstanceSeed("child", { parentInstanceId: "i1" });
      await before.commitOrchestration(
        item,
        aCommit(item, {
          activities: [anActivityTask("i1", 0)],
          messages: [{ instanceId: "child", event: start, seed }],
        }),
      );
      const history = await before.readHistory("i1");
      await before.stop();

      const after = anOwner();
      await after.start();
      expect(after.describeWork).toBeDefined();
      expect(await hostSchemas()).toBe(1);
      const [child] = await after.lockOrchestrations("orchestration", 2);
      expect(child?.messages.map(({ event }) => event)).toEqual([start]);
      const [task] = await after.lockActivities(1);
      if (task === undefined) throw new Error("An activity is waiting.");
      await after.commitActivity(task, aTaskCompleted(0));
      const [next] = await after.lockOrchestrations("orchestration", 2);
      expect(next).toMatchObject({ historyLength: 2, messages: [{ event: aTaskCompleted(0) }] });
      expect(await after.readHistory("i1")).toEqual(history);
      await after.stop();
    });

    /** A host of a login that may set up, on the hub of the other. */
    function anOwner() {
      const { database, hub } = microsoft;
      return createMssqlProvider({
        // Scripts are translated for servers that need it.
        connect: () => database.connect(),
        prepare: (client) => prepareSchema(client, { schema: "shop", maySetUp: true, logger: silentLogger }),
        schema: "shop",
        hubName: hub,
        clock: systemClock,
        logger: silentLogger,
      });
    }
  });
});

import { checkHub, freePort, HostFixture, ManagementClient } from "@durable-host/testkit";
import { aMicrosoftDatabase, type MicrosoftDatabase } from "../../packages/mssql/test/microsoft/microsoft-database";
import { describeWithMicrosoftScripts } from "../../packages/mssql/test/schema/microsoft-scripts";
import { hostSettings } from "../../packages/mssql/test/stand/host-settings";
import { readHub } from "../../packages/mssql/test/stand/read-hub";
import { describeWithServer } from "../../packages/mssql/test/stand/server";
import { addStock, anOrder, placeOrder, REFERENCE_APP, settledInventory } from "./reference-app";

jest.setTimeout(240_000);

const ORDERS = 6;

describeWithServer("a host on a database of Microsoft's provider, as its runtime role", (server) => {
  describeWithMicrosoftScripts("with the newest scripts", () => {
    const fixture = new HostFixture();
    let microsoft: MicrosoftDatabase;

    beforeAll(async () => {
      microsoft = await aMicrosoftDatabase(server, "1.8.1");
    });
    afterEach(() => fixture.dispose());
    afterAll(() => microsoft?.drop());

    async function start(env: Readonly<Record<string, string>> = {}) {
      const { connectionString, hub } = microsoft;
      const settings = hostSettings(connectionString, { taskHub: hub, lockTimeout: "00:00:10" });
      const host = await fixture.start({
        scriptRoot: REFERENCE_APP,
        port: await freePort(),
        dataDir: fixture.directory(),
        env: { ...settings, PAYMENT_RETRY_MILLISECONDS: "20", ...env },
      });
      return { host, client: new ManagementClient(host.url) };
    }

    it("runs hello cities through Microsoft's procedures, and says what is weaker so [SQL9]", async () => {
      const { host, client } = await start();
      const id = await client.start("helloCities");

      expect((await client.waitForEnd(id)).output).toEqual(["Hello Tokyo", "Hello Seattle", "Hello London"]);
      const scheduled = (await client.history(id)).filter((row) => row.EventType === "TaskCompleted");
      expect(scheduled).toHaveLength(3);
      expect(await host.stop()).toEqual({ code: 0, signal: null });
      await host.prints(/The schema dt is Microsoft's, version 1\.8\.1, .*Weaker/);
      const schemas = await microsoft.database.client.query("SELECT name FROM sys.schemas WHERE name = 'dt_host'");
      expect(schemas.sets[0]).toEqual([]);
    });

    it("ships orders with sub-orchestrations and entities, also after kill -9 [SQL45]", async () => {
      const first = await start({ SIMULATED_LATENCY_MILLISECONDS: "300" });
      await addStock(first.client, "book", 100);
      const placed = Array.from({ length: ORDERS }, () =>
        placeOrder(first.client, anOrder({ lines: [{ sku: "book", quantity: 1, unitPrice: 10 }] })),
      );
      const ids = await Promise.all(placed);
      await first.client.waitFor(ids[0] ?? "", ({ runtimeStatus }) => runtimeStatus === "Running");
      await first.host.kill();

      const { client } = await start();
      for (const id of ids) {
        const ended = await client.waitForEnd(id, { timeoutMs: 90_000, intervalMs: 200 });
        expect(ended.output).toMatchObject({ status: "Shipped" });
      }
      expect(await settledInventory(client, "book")).toMatchObject({ available: 100 - ORDERS });
      expect(checkHub(await readHub(microsoft.database.client, microsoft.hub))).toEqual([]);
    });

    it("ends with code 1 when host.json names another task hub than the database, and says which [SQL8]", async () => {
      const settings = hostSettings(microsoft.connectionString, { taskHub: "Another" });
      const { code, output } = await fixture.run({ scriptRoot: REFERENCE_APP, env: settings }, 60_000);

      expect(code).toBe(1);
      expect(output).toContain(
        `names the task hub Another, but Microsoft's procedures in this database work on ${microsoft.hub}`,
      );
    });
  });
});

import { HostFixture, ManagementClient } from "@durable-host/testkit";
import { describeWithServer } from "../../packages/mssql/test/stand/server";
import { TestDatabase } from "../../packages/mssql/test/stand/test-database";
import { LiveApp } from "./live-app";

jest.setTimeout(60_000);

/** Orders come in over HTTP, are written by an activity, and are read by the one who placed them. */
const APP = `
  const { app, input, output } = require("@azure/functions");
  const df = require("durable-functions");
  const connectionStringSetting = "Shop";
  df.app.activity("save", {
    return: output.sql({ commandText: "dbo.Orders", connectionStringSetting }),
    handler: (order) => order,
  });
  df.app.orchestration("placeOrder", function* (context) {
    yield context.df.callActivity("save", { ...context.df.getInput(), State: "placed" });
    yield context.df.callActivity("save", { Id: context.df.getInput().Id, State: "shipped" });
  });
  const found = input.sql({
    commandText: "SELECT Id, Customer, State FROM dbo.Orders WHERE Customer = @customer ORDER BY Id",
    parameters: "@customer={customer}",
    connectionStringSetting,
  });
  app.http("orders", {
    route: "orders/{customer}",
    extraInputs: [found],
    handler: (request, context) => ({ jsonBody: context.extraInputs.get(found) }),
  });`;

describeWithServer("an app with sql bindings", (server) => {
  const fixture = new HostFixture();
  let database: TestDatabase;
  beforeAll(async () => {
    database = await TestDatabase.create(server);
    await database.client.batch(
      "CREATE TABLE dbo.Orders (Id int NOT NULL PRIMARY KEY, Customer nvarchar(50) NULL, [State] nvarchar(20) NOT NULL)",
    );
  });
  afterEach(() => fixture.dispose());
  afterAll(() => database.drop());

  it("writes rows by primary key from activities, and reads them for requests", async () => {
    const { scriptRoot } = new LiveApp(fixture, APP);
    const host = await fixture.start({ scriptRoot, env: { Shop: database.connectionString } });
    const client = new ManagementClient(host.url);
    for (const [Id, Customer] of [
      [1, "Ada"],
      [2, "Ada, and O'Hara"],
    ]) {
      const ended = await client.waitForEnd(await client.start("placeOrder", { Id, Customer }));
      expect(ended).toMatchObject({ runtimeStatus: "Completed" });
    }

    const ordersOf = async (customer: string) => (await client.get(`/api/orders/${encodeURIComponent(customer)}`)).body;
    expect(await ordersOf("Ada")).toEqual([{ Id: 1, Customer: "Ada", State: "shipped" }]);
    expect(await ordersOf("Ada, and O'Hara")).toEqual([{ Id: 2, Customer: "Ada, and O'Hara", State: "shipped" }]);
    expect(await ordersOf("' OR 1 = 1 --")).toEqual([]);
    expect(await host.stop()).toMatchObject({ code: 0 });
  });
});

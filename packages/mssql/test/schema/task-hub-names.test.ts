import { createHash } from "node:crypto";
import { createSqlClient } from "../../src/connection/create-sql-client";
import { parseConnectionString } from "../../src/connection/parse-connection-string";
import type { SqlClient } from "../../src/connection/sql-client";
import { describeWithServer } from "../stand/server";
import { useDatabase } from "../stand/test-database";
import { ContractHub } from "./contract-hub";

const MODES = { applicationName: 0, userName: 1 } as const;
/** As KEDA asks, and as the page of the store tells to configure it. */
const KEDA_QUERY = "SELECT dt.GetScaleRecommendation(10, 1)";

describeWithServer("the task hub of a connection", (server) => {
  const database = useDatabase(server);
  const clients: SqlClient[] = [];

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await choose("userName");
  });

  async function choose(mode: keyof typeof MODES): Promise<void> {
    await database.current.client.batch(`EXEC dt.SetGlobalSetting @Name = 'TaskHubMode', @Value = ${MODES[mode]}`);
  }

  function connectAs(applicationName: string): SqlClient {
    const client = createSqlClient(parseConnectionString(database.current.connectionString, { applicationName }));
    clients.push(client);
    return client;
  }

  async function hubOf(client: SqlClient): Promise<unknown> {
    return (await client.query("SELECT dt.CurrentTaskHub() AS Hub")).sets[0]?.[0]?.["Hub"];
  }

  /** The hash as the server writes it: the stand-in makes characters of it whatever form is asked for. */
  async function digest(name: string): Promise<string> {
    if (!database.current.isBabelfish) return createHash("md5").update(name).digest("hex").toUpperCase();
    const { sets } = await database.current.client.query(
      `SELECT CONVERT(varchar(32), HASHBYTES('MD5', '${name}'), 2) AS D`,
    );
    return String(sets[0]?.[0]?.["D"]);
  }

  it("is named like the user unless the mode says otherwise [SQL8]", async () => {
    const client = connectAs("orders");
    const user = (await client.query("SELECT USER_NAME() AS Name")).sets[0]?.[0]?.["Name"];
    expect(user).not.toBe("orders");
    expect(await hubOf(client)).toBe(user);
    await database.current.client.batch("EXEC dt.SetGlobalSetting @Name = 'TaskHubMode', @Value = 7");
    expect(await hubOf(client)).toBe("default");
  });

  it("is named like the application in mode 0, and names of more than 50 characters are hashed [SQL8]", async () => {
    await choose("applicationName");
    const names = [
      "orders",
      "h".repeat(50),
      "h".repeat(51),
      "orders-of-the-northern-warehouse-and-of-the-southern-one",
    ];
    const hubs = await Promise.all(names.map((name) => hubOf(connectAs(name))));
    const [orders, fifty, ...long] = names;
    const hashed = await Promise.all(long.map(async (name) => `${name.slice(0, 16)}__${await digest(name)}`));
    expect(hubs).toEqual([orders, fifty, ...hashed]);
  });

  it("is what a scaler counts: nothing of other hubs [SQL53]", async () => {
    await choose("applicationName");
    const [app, scaler, stranger] = ["orders", "orders", "invoices"].map(connectAs);
    if (!app || !scaler || !stranger) throw new Error("All three are connected.");
    const ask = async (client: SqlClient): Promise<unknown> =>
      Object.values((await client.query(KEDA_QUERY)).sets[0]?.[0] ?? {})[0];
    expect(await ask(scaler)).toBe(0);
    const hub = new ContractHub(app, "dt");
    for (let index = 0; index < 11; index++)
      await hub.call("CreateInstance", { Name: "Order", InstanceID: `i${index}` });
    expect(await ask(scaler)).toBe(2);
    expect(await ask(stranger)).toBe(0);
  });
});

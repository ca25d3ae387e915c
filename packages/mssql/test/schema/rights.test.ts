import { CONTRACT_OBJECTS } from "../../src/schema/contract-objects";
import { createSchema } from "../../src/schema/create-schema";
import { readRights } from "../../src/schema/rights";
import { connectTo, describeWithServer, withDatabase } from "../stand/server";
import { useDatabase } from "../stand/test-database";
import { ContractHub } from "./contract-hub";

const SLOW_MS = 60_000;
const PASSWORD = "Only#4tests#runtime";

describeWithServer("a login that has nothing but the runtime role", (server) => {
  const database = useDatabase(server);
  let login: string;

  beforeAll(async () => {
    const { client, isBabelfish, name } = database.current;
    login = `app_${name.slice(-12)}`;
    await client.batch(`CREATE LOGIN [${login}] WITH PASSWORD = '${PASSWORD}'`);
    await client.batch(`CREATE USER [${login}] FOR LOGIN [${login}]`);
    await client.batch(`ALTER ROLE dt_runtime ADD MEMBER [${login}]`);
    // SQL Server lets a procedure use its owner's tables and types; the stand-in asks for the caller's rights.
    const ours = ["dt_host.Revisions", "dt_host.Migrations"];
    const used = [...[...CONTRACT_OBJECTS.tables, ...CONTRACT_OBJECTS.types].map((object) => `dt.${object}`), ...ours];
    const grants = used.map((object) => `GRANT SELECT, INSERT, UPDATE, DELETE ON ${object} TO dt_runtime`);
    if (isBabelfish) for (const grant of grants) await client.batch(grant);
  }, SLOW_MS);

  it(
    "creates, locks and reads instances, in a hub of its own name [SQL8, SQL9]",
    async () => {
      const { connectionString, name } = database.current;
      const app = connectTo(`${withDatabase(connectionString, name)};User ID=${login};Password=${PASSWORD}`);
      try {
        const hub = new ContractHub(app, "dt");
        await hub.call("CreateInstance", { Name: "Order", InstanceID: "a" });
        expect((await hub.lockNext())?.instanceId).toBe("a");
        expect((await hub.call("QuerySingleOrchestration", { InstanceID: "a" })).sets[0]).toHaveLength(1);
        const rows = await database.current.client.query("SELECT TaskHub FROM dt.Instances");
        expect(rows.sets[0]).toEqual([{ TaskHub: login }]);
      } finally {
        await app.close();
      }
    },
    SLOW_MS,
  );

  it(
    "asks how many hosts the work of any hub needs [SQL53]",
    async () => {
      const { connectionString, name } = database.current;
      const app = connectTo(`${withDatabase(connectionString, name)};User ID=${login};Password=${PASSWORD}`);
      try {
        await database.current.client.batch(
          `INSERT INTO dt.Instances (TaskHub, InstanceID, [Name], RuntimeStatus) VALUES ('orders', 'a', 'Order', 'Pending');
           INSERT INTO dt.NewEvents (TaskHub, InstanceID, EventType) VALUES ('orders', 'a', 'ExecutionStarted')`,
        );
        const { sets } = await app.query("SELECT dt_host.GetScaleRecommendation('orders', 10, 1) AS Hosts");
        expect(sets[0]).toEqual([{ Hosts: 1 }]);
      } finally {
        await app.close();
      }
    },
    SLOW_MS,
  );

  it(
    "starts on a schema that somebody else has set up [SQL2, SQL9]",
    async () => {
      const { connectionString, name } = database.current;
      const app = connectTo(`${withDatabase(connectionString, name)};User ID=${login};Password=${PASSWORD}`);
      try {
        expect((await createSchema(app, "dt")).action).toBe("current");
      } finally {
        await app.close();
      }
    },
    SLOW_MS,
  );

  it(
    "is told what it may not do",
    async () => {
      const { connectionString, name } = database.current;
      const app = connectTo(`${withDatabase(connectionString, name)};User ID=${login};Password=${PASSWORD}`);
      try {
        expect(await readRights(app, "dt")).toMatchObject({
          user: login,
          isDatabaseOwner: false,
          isRuntimeMember: true,
          maySetUp: false,
        });
        await expect(createSchema(app, "another")).rejects.toThrow();
      } finally {
        await app.close();
      }
    },
    SLOW_MS,
  );

  // After the database, and its user with it.
  afterAll(async () => {
    const master = connectTo(withDatabase(server.connectionString, "master"));
    await master.batch(`DROP LOGIN [${login}]`);
    await master.close();
  }, SLOW_MS);
});

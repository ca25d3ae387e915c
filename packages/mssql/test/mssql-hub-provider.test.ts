import { systemClock } from "@durable-host/engine";
import { silentLogger } from "@durable-host/testkit";
import { createMssqlHubProvider, type MssqlHubOptions } from "../src/mssql-hub-provider";
import { connectTo, describeWithServer, withDatabase } from "./stand/server";
import { TestDatabase } from "./stand/test-database";

jest.setTimeout(60_000);

function aHub(options: Partial<MssqlHubOptions>) {
  return createMssqlHubProvider({
    connectionString: "Server=127.0.0.1;Database=none;User ID=u;Password=p",
    connectionName: "DB",
    hubName: "Hub",
    mayCreate: "nothing",
    clock: systemClock,
    logger: silentLogger,
    ...options,
  });
}

describe("a task hub in SQL Server, before it is connected to", () => {
  it("is refused when its connection string cannot be used: the setting is named, the string is not told", () => {
    expect(() => aHub({ connectionString: "Server=db;Database=d;User ID=u;Password=hush;Trusty=1" })).toThrow(
      expect.objectContaining({
        code: "CONFIG_INVALID",
        message: expect.stringMatching(/^The connection setting DB cannot be used\.(?!.*hush)/),
      }),
    );
  });

  it("is refused when its schema is no simple name", () => {
    expect(() => aHub({ schema: "dt]; --" })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });
});

describeWithServer("a task hub in SQL Server", (server) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await TestDatabase.withSchema(server);
  });
  afterAll(() => database?.drop());

  it("starts without a change to a schema that is up to date, and answers", async () => {
    const provider = aHub({ connectionString: database.connectionString, mayCreate: "schema" });
    expect(provider.isReachable?.()).toBe(false);
    await provider.start();
    expect(provider.isReachable?.()).toBe(true);
    expect(await provider.getInstance("unknown")).toBeUndefined();
    await provider.stop();
    const applied = await database.client.query("SELECT COUNT(*) AS Revisions FROM dt_host.Revisions");
    expect(applied.sets[0]).toEqual([{ Revisions: 1 }]);
  });

  it("is not set up by whoever only looks, and says how it can be", async () => {
    const provider = aHub({ connectionString: database.connectionString, schema: "elsewhere" });
    await expect(provider.start()).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(/no schema elsewhere.*durable-host storage init/),
    });
    const schemas = await database.client.query("SELECT name FROM sys.schemas WHERE name LIKE 'elsewhere%'");
    expect(schemas.sets[0]).toEqual([]);
  });

  it("creates its database when it may, or says that it could not", async () => {
    const name = `${database.name}_new`;
    const master = connectTo(withDatabase(server.connectionString, "master"));
    try {
      const provider = aHub({
        connectionString: withDatabase(server.connectionString, name),
        mayCreate: "database",
      });
      if (database.isBabelfish) {
        // It knows no collation of SQL Server for a database, and so is an example of a server that refuses.
        await expect(provider.start()).rejects.toMatchObject({
          code: "STORAGE_PERMANENT",
          message: expect.stringMatching(/_new" does not exist and could not be created: .*dbcreator/),
        });
      } else {
        await provider.start();
        await provider.stop();
      }
      await master.batch(`DROP DATABASE IF EXISTS [${name}]`, { retry: false });
    } finally {
      await master.close();
    }
  });

  it("uses the database that is there when it may create one", async () => {
    const provider = aHub({ connectionString: database.connectionString, mayCreate: "database" });
    await provider.start();
    expect(await provider.getInstance("unknown")).toBeUndefined();
    await provider.stop();
  });

  it("is refused when its database is missing and must not be created", async () => {
    const connectionString = withDatabase(server.connectionString, `${database.name}_none`);
    await expect(aHub({ connectionString, mayCreate: "schema" }).start()).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("createDatabaseIfNotExists"),
    });
  });

  it("sends whoever only looks to the upgrade when the schema is older", async () => {
    await database.client.batch("UPDATE dt_host.Revisions SET ScriptsHash = 'x' + SUBSTRING(ScriptsHash, 1, 63)");
    const provider = aHub({ connectionString: database.connectionString });
    await expect(provider.start()).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("durable-host storage upgrade"),
    });
  });
});

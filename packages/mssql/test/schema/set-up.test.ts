import { createDatabaseIfMissing } from "../../src/schema/create-database";
import { createSchema } from "../../src/schema/create-schema";
import { dropSchema } from "../../src/schema/drop-schema";
import { loadScripts } from "../../src/schema/load-scripts";
import { readRights } from "../../src/schema/rights";
import { renderSchemaScript } from "../../src/schema/script";
import { splitBatches } from "../../src/schema/split-batches";
import { judgeSchema, readSchemaStatus } from "../../src/schema/versions";
import { CONTRACT_OBJECTS } from "../../src/schema/contract-objects";
import type { SqlClient, TransactionClient } from "../../src/connection/sql-client";
import { connectTo, describeWithServer, withDatabase } from "../stand/server";
import { TestDatabase } from "../stand/test-database";
import { describeWithMicrosoftScripts, installMicrosoftSchema, microsoftDropBatches } from "./microsoft-scripts";

const SLOW_MS = 120_000;

describeWithServer("setting up a schema", (server) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await TestDatabase.create(server);
  }, SLOW_MS);
  afterEach(() => database.drop(), SLOW_MS);

  it(
    "makes the contract's objects and nothing else in its schema [SQL1]",
    async () => {
      const outcome = await createSchema(database.client, "dt");
      expect(outcome.action).toBe("created");
      const { tables, procedures, functions, views, types } = CONTRACT_OBJECTS;
      const expected = [...tables, ...procedures, ...functions, ...views, ...types].map((name) => name.toLowerCase());
      expect(await namesIn(database.client, "dt")).toEqual(expected.sort());
      expect([tables, types, procedures, functions, views].map((names) => names.length)).toEqual([7, 5, 21, 3, 2]);
      const role = await database.client.query(
        "SELECT [type] AS Kind FROM sys.database_principals WHERE [name] = 'dt_runtime'",
      );
      expect(role.sets[0]?.map((row) => String(row["Kind"]).trim())).toEqual(["R"]);
    },
    SLOW_MS,
  );

  it(
    "lets one of four first starts create it, and fails none of them [SQL3]",
    async () => {
      const starts = await Promise.all([1, 2, 3, 4].map(() => createSchema(database.client, "dt")));
      expect(starts.map(({ action }) => action).sort()).toEqual(["created", "current", "current", "current"]);
    },
    SLOW_MS,
  );

  it(
    "takes the lock and reads the versions at a second start, and does no more [SQL2]",
    async () => {
      await createSchema(database.client, "dt");
      const calls: string[] = [];
      const outcome = await createSchema(recording(database.client, calls), "dt");
      expect(outcome).toMatchObject({ action: "current", applied: [] });
      expect(calls).toEqual([
        expect.stringContaining("sp_getapplock"),
        expect.stringContaining("OBJECT_ID"),
        "dt._GetVersions",
        "dt_host.GetSchemaStatus",
      ]);
    },
    SLOW_MS,
  );

  it(
    "keeps two schemas in one database apart, and drops one without the other [SQL4]",
    async () => {
      await createSchema(database.client, "dt");
      await createSchema(database.client, "shop");
      await database.client.batch("EXEC shop.CreateInstance @Name = 'Order', @InstanceID = 'a'");
      expect(await idsIn(database.client, "dt")).toEqual([]);
      await dropSchema(database.client, "dt");
      expect(await namesIn(database.client, "dt")).toEqual([]);
      expect(await namesIn(database.client, "dt_host")).toEqual([]);
      expect(await idsIn(database.client, "shop")).toEqual(["a"]);
    },
    SLOW_MS,
  );

  it(
    "refuses to drop a schema in which somebody else keeps a table",
    async () => {
      await createSchema(database.client, "dt");
      await database.client.batch("CREATE TABLE dt.Notes (Id int NOT NULL)");
      await expect(dropSchema(database.client, "dt")).rejects.toMatchObject({
        code: "CONFIG_INVALID",
        message: expect.stringMatching(/notes/i),
      });
      expect(await namesIn(database.client, "dt")).toContain("instances");
    },
    SLOW_MS,
  );

  it(
    "refuses a database that a newer release has changed",
    async () => {
      await createSchema(database.client, "dt");
      await database.client.batch("EXEC dt_host.RecordRevision @Revision = 999, @ScriptsHash = 'x'");
      await expect(createSchema(database.client, "dt")).rejects.toMatchObject({ code: "SCHEMA_TOO_NEW" });
    },
    SLOW_MS,
  );

  it(
    "leaves the contract's procedures to a newer .NET host and adds only what is ours [SQL5]",
    async () => {
      await createSchema(database.client, "dt");
      await database.client.batch(
        "UPDATE dt.Versions SET UpgradeTime = '2020-01-01'; INSERT INTO dt.Versions (SemanticVersion) VALUES ('1.9.0+abc');" +
          "UPDATE dt_host.Revisions SET ScriptsHash = 'older';",
      );
      const outcome = await createSchema(database.client, "dt");
      expect(outcome.action).toBe("upgraded");
      expect(outcome.applied.filter((name) => name.startsWith("dt/"))).toEqual([]);
      const status = await readSchemaStatus(database.client, "dt");
      expect(status.contract.map(({ version }) => version)).toEqual(["1.9.0+abc", "1.8.1"]);
      expect(judgeSchema(status, loadScripts("dt"))).toBe("current");
    },
    SLOW_MS,
  );

  it(
    "rolls everything back when a script fails half-way",
    async () => {
      await expect(createSchema(failingAt(database.client, /vHistory/), "dt")).rejects.toThrow("cut off");
      expect(await namesIn(database.client, "dt")).toEqual([]);
      const another = database.connect();
      const again = await createSchema(another, "dt");
      await another.close();
      expect(again.action).toBe("created");
    },
    SLOW_MS,
  );

  it(
    "is done as well by the printed script, which may run twice",
    async () => {
      const script = splitBatches(renderSchemaScript("shop"));
      for (const round of [script, script]) for (const batch of round) await database.client.batch(batch);
      expect((await createSchema(database.client, "shop")).action).toBe("current");
    },
    SLOW_MS,
  );

  it(
    "creates a database that is missing, once, whoever else asks for it",
    async () => {
      const name = `${database.name}_new`;
      const master = connectTo(withDatabase(server.connectionString, "master"));
      const knowing = database.isBabelfish ? withoutCollation(master) : master;
      try {
        expect(await createDatabaseIfMissing(knowing, name)).toBe(true);
        expect(await createDatabaseIfMissing(knowing, name)).toBe(false);
      } finally {
        await master.batch(`DROP DATABASE IF EXISTS [${name}]`);
        await master.close();
      }
    },
    SLOW_MS,
  );

  it(
    "tells who the login is and what it may do",
    async () => {
      await createSchema(database.client, "dt");
      expect(await readRights(database.client, "dt")).toMatchObject({
        database: database.name,
        isDatabaseOwner: true,
        maySetUp: true,
        missing: [],
      });
    },
    SLOW_MS,
  );

  describeWithMicrosoftScripts("beside Microsoft's scripts", () => {
    it(
      "is removed by Microsoft's own drop script [SQL6]",
      async () => {
        await createSchema(database.client, "dt");
        // Ours lies outside its reach and refers to it, which keeps nothing from being dropped.
        for (const batch of microsoftDropBatches("dt")) await dropQuietly(database, batch);
        expect(await namesIn(database.client, "dt")).toEqual([]);
        expect(await createSchema(database.client, "dt")).toMatchObject({ action: "upgraded" });
        expect(await idsIn(database.client, "dt")).toEqual([]);
        expect((await createSchema(database.client, "dt")).action).toBe("current");
      },
      SLOW_MS,
    );

    it(
      "takes over a database that Microsoft's provider set up, and keeps its instances [SQL7]",
      async () => {
        await installMicrosoftSchema(database, "dt", "1.6.0");
        await database.client.batch("EXEC dt.CreateInstance @Name = 'Order', @InstanceID = 'kept', @InputText = '1'");
        const outcome = await createSchema(database.client, "dt");
        expect(outcome).toMatchObject({ action: "upgraded", found: { contract: [{ version: "1.6.0" }] } });
        expect(await idsIn(database.client, "dt")).toEqual(["kept"]);
      },
      SLOW_MS,
    );
  });
});

async function namesIn(client: SqlClient, schema: string): Promise<readonly string[]> {
  const objects = await client.query(
    `SELECT name AS Name FROM sys.objects WHERE schema_id = SCHEMA_ID(N'${schema}') AND RTRIM(type) IN ('U', 'P', 'V', 'FN')`,
  );
  const types = await client.query(
    `SELECT name AS Name FROM sys.table_types WHERE schema_id = SCHEMA_ID(N'${schema}')`,
  );
  return [...(objects.sets[0] ?? []), ...(types.sets[0] ?? [])].map((row) => String(row["Name"]).toLowerCase()).sort();
}

async function idsIn(client: SqlClient, schema: string): Promise<readonly string[]> {
  const { sets } = await client.query(`SELECT InstanceID FROM ${schema}.Instances ORDER BY InstanceID`);
  return (sets[0] ?? []).map((row) => String(row["InstanceID"]));
}

/** The script's last two steps use what the stand-in lacks; what matters here is that nothing is in their way before. */
async function dropQuietly(database: TestDatabase, batch: string): Promise<void> {
  const statements = batch.split("\n").filter((line) => /^\s*DROP (?!SCHEMA|ROLE)/.test(line));
  if (database.isBabelfish) statements.sort((left, right) => rank(left) - rank(right));
  for (const statement of statements) await database.client.batch(statement);
}

/** The stand-in knows what a view calls, and wants it to go first. */
function rank(statement: string): number {
  return /^\s*DROP VIEW/.test(statement) ? 0 : 1;
}

function wrap(client: SqlClient, wrapTransaction: (inner: TransactionClient) => TransactionClient): SqlClient {
  return {
    call: (...rest) => client.call(...rest),
    query: (...rest) => client.query(...rest),
    batch: (...rest) => client.batch(...rest),
    close: () => client.close(),
    transaction: (work) => client.transaction((inner) => work(wrapTransaction(inner))),
  };
}

/** The stand-in has no such collation. */
function withoutCollation(client: SqlClient): SqlClient {
  return {
    ...wrap(client, (inner) => inner),
    batch: (sql, ...rest) => client.batch(sql.replace(/ COLLATE \w+$/, ""), ...rest),
  };
}

function recording(client: SqlClient, calls: string[]): SqlClient {
  return wrap(client, (inner) => ({
    call: (name, ...rest) => (calls.push(name), inner.call(name, ...rest)),
    query: (sql, ...rest) => (calls.push(sql), inner.query(sql, ...rest)),
    batch: (sql, ...rest) => (calls.push(sql), inner.batch(sql, ...rest)),
  }));
}

function failingAt(client: SqlClient, batch: RegExp): SqlClient {
  return wrap(client, (inner) => ({
    call: (...rest) => inner.call(...rest),
    query: (...rest) => inner.query(...rest),
    batch: (sql, ...rest) => (batch.test(sql) ? Promise.reject(new Error("cut off")) : inner.batch(sql, ...rest)),
  }));
}

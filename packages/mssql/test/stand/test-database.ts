import { randomBytes } from "node:crypto";
import { waitUntil } from "@durable-host/testkit";
import type { SqlClient } from "../../src/connection/sql-client";
import { createSchema } from "../../src/schema/create-schema";
import { translating } from "./portable-script";
import { type TestServer, connectTo, withDatabase } from "./server";

/** Everything a hub keeps; what is configured (versions, settings, migrations) is not in it. */
const TABLES = ["NewTasks", "NewEvents", "History", "Instances", "Payloads"];
/** `on` or `off`: whether readers of the tests' databases see row versions; absent: as the server has it. */
const SNAPSHOT_VARIABLE = "MSSQL_READ_COMMITTED_SNAPSHOT";
/** Connections of processes that were killed go a moment after them. */
const DROP_TIMEOUT_MS = 20_000;

/**
 * A database of its own for a test file: nothing that runs at the same time on the server can disturb it. Making one with
 * the product's schema takes a second or two, emptying it some milliseconds, so make one for each file and empty it between
 * tests.
 */
export class TestDatabase {
  readonly connectionString: string;
  #client: SqlClient | undefined;

  private constructor(
    readonly server: TestServer,
    readonly name: string,
    /** True on the stand-in for SQL Server, where scripts need translation and locks and error numbers are approximate. */
    readonly isBabelfish: boolean,
  ) {
    this.connectionString = withDatabase(server.connectionString, name);
  }

  /** Makes an empty database, with the collation that the schema contract recommends if the server knows it. */
  static async create(server: TestServer): Promise<TestDatabase> {
    const name = `durable_host_test_${randomBytes(6).toString("hex")}`;
    const isBabelfish = await onMaster(server, async (master) => {
      const { sets } = await master.query("SELECT @@VERSION AS [Version]");
      const stoodIn = String(sets[0]?.[0]?.["Version"]).includes("Babelfish");
      const collation = stoodIn ? "" : " COLLATE Latin1_General_100_BIN2_UTF8";
      await master.batch(`CREATE DATABASE [${name}]${collation}`, { retry: false });
      const snapshot = process.env[SNAPSHOT_VARIABLE];
      if (snapshot) await master.batch(`ALTER DATABASE [${name}] SET READ_COMMITTED_SNAPSHOT ${checked(snapshot)}`);
      return stoodIn;
    });
    return new TestDatabase(server, name, isBabelfish);
  }

  /** Makes a database with the product's schema. */
  static async withSchema(server: TestServer, schema = "dt"): Promise<TestDatabase> {
    const database = await TestDatabase.create(server);
    try {
      await createSchema(database.client, schema);
      return database;
    } catch (error) {
      await database.drop();
      throw error;
    }
  }

  /** A client of the database, shared and closed by `drop`; it translates scripts where the server needs it. */
  get client(): SqlClient {
    return (this.#client ??= this.connect());
  }

  /** Another client, to be closed by whoever asked for it. */
  connect(): SqlClient {
    const client = connectTo(this.connectionString);
    return this.isBabelfish ? translating(client) : client;
  }

  /** Deletes what the hubs in the schema hold. The schema stays, and what connections have compiled with it. */
  async empty(schema = "dt"): Promise<void> {
    const texts = [
      ...TABLES.map((table) => `DELETE FROM [${schema}].[${table}];`),
      // A database that Microsoft's scripts made has no records.
      `IF OBJECT_ID('${schema}_host.Records') IS NOT NULL DELETE FROM [${schema}_host].[Records];`,
    ];
    await this.client.batch(texts.join("\n"));
  }

  /** Closes the database's own client and deletes the database, even if a killed process still seems to use it. */
  async drop(): Promise<void> {
    await this.#client?.close();
    this.#client = undefined;
    await onMaster(this.server, (master) =>
      this.isBabelfish ? this.#dropPatiently(master) : this.#dropAtOnce(master),
    );
  }

  async #dropAtOnce(master: SqlClient): Promise<void> {
    await master.batch(`ALTER DATABASE [${this.name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE`);
    await master.batch(`DROP DATABASE [${this.name}]`);
  }

  async #dropPatiently(master: SqlClient): Promise<void> {
    let refusal: unknown;
    const drop = () =>
      master.batch(`DROP DATABASE [${this.name}]`, { retry: false }).then(
        () => true,
        (error: unknown) => {
          refusal = error;
          return undefined;
        },
      );
    await waitUntil(`nobody to use ${this.name}`, drop, { timeoutMs: DROP_TIMEOUT_MS, intervalMs: 200 }).catch(() => {
      throw refusal;
    });
  }
}

/**
 * A database with the product's schema for the tests of the surrounding `describe`: made before them, emptied after each,
 * dropped at the end.
 */
export function useDatabase(server: TestServer): { readonly current: TestDatabase } {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await TestDatabase.withSchema(server);
  }, SLOW_MS);
  afterEach(() => database?.empty());
  afterAll(() => database?.drop(), SLOW_MS);
  return {
    get current() {
      if (database === undefined) throw new Error("The database exists while tests run only.");
      return database;
    },
  };
}

const SLOW_MS = 60_000;

function checked(snapshot: string): string {
  if (/^(?:on|off)$/i.test(snapshot)) return snapshot.toUpperCase();
  throw new Error(`${SNAPSHOT_VARIABLE} is on or off, not ${snapshot}.`);
}

async function onMaster<T>(server: TestServer, work: (master: SqlClient) => Promise<T>): Promise<T> {
  const master = connectTo(withDatabase(server.connectionString, "master"));
  try {
    return await work(master);
  } finally {
    await master.close();
  }
}

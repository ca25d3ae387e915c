import { waitUntil } from "@durable-host/testkit";
import { CONTRACT_OBJECTS } from "../../src/schema/contract-objects";
import { installMicrosoftSchema } from "../schema/microsoft-scripts";
import { connectTo, withDatabase, type TestServer } from "../stand/server";
import { TestDatabase } from "../stand/test-database";

const PASSWORD = "Only#4tests#runtime";

/** A database that Microsoft's scripts have set up, and a login that has nothing in it but their runtime role. */
export interface MicrosoftDatabase {
  readonly database: TestDatabase;
  /** Of the login. */
  readonly connectionString: string;
  /** The task hub: in a database as Microsoft's provider leaves it, that of the user's name. */
  readonly hub: string;
  drop(): Promise<void>;
}

/** Makes one, with the scripts of a version. */
export async function aMicrosoftDatabase(
  server: TestServer,
  version: string,
  schema = "dt",
): Promise<MicrosoftDatabase> {
  const database = await TestDatabase.create(server);
  const login = `app_${database.name.slice(-12)}`;
  const onMaster = async (sql: string) => {
    const master = connectTo(withDatabase(server.connectionString, "master"));
    try {
      await master.batch(sql);
    } finally {
      await master.close();
    }
  };
  await installMicrosoftSchema(database, schema, version);
  await onMaster(`CREATE LOGIN [${login}] WITH PASSWORD = '${PASSWORD}'`);
  const { client, isBabelfish } = database;
  await client.batch(`CREATE USER [${login}] FOR LOGIN [${login}]`);
  await client.batch(`ALTER ROLE ${schema}_runtime ADD MEMBER [${login}]`);
  if (isBabelfish) await grantWhatProceduresUse(database, schema);
  return {
    database,
    connectionString: `${database.connectionString};User ID=${login};Password=${PASSWORD}`,
    hub: login,
    async drop() {
      await database.drop();
      // Its connections go a moment after their clients.
      const dropped = () =>
        onMaster(`DROP LOGIN [${login}]`).then(
          () => true,
          () => undefined,
        );
      await waitUntil(`nobody to use the login ${login}`, dropped, { intervalMs: 200 });
    },
  };
}

/** SQL Server lets a procedure use its owner's tables and types; the stand-in asks for the caller's rights. */
async function grantWhatProceduresUse({ client }: TestDatabase, schema: string): Promise<void> {
  for (const object of [...CONTRACT_OBJECTS.tables, ...CONTRACT_OBJECTS.types]) {
    await client.batch(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${schema}.${object} TO ${schema}_runtime`);
  }
}

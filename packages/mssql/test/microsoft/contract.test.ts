import { describeStorageProvider, type Capability } from "@durable-host/testkit";
import type { SqlClient } from "../../src/connection/sql-client";
import { aMssqlFixture, shared } from "../mssql-fixture";
import { describeWithMicrosoftVersion } from "../schema/microsoft-scripts";
import { connectTo, describeWithServer } from "../stand/server";
import { aMicrosoftDatabase, type MicrosoftDatabase } from "./microsoft-database";

jest.setTimeout(60_000);

/** What Microsoft's procedures leave no way for; docs/storage-mssql.md tells people. */
const LACKS: readonly Capability[] = [
  "given times",
  "given fields",
  "order",
  "timer cancellation",
  "pending starts",
  "termination before start",
];

/** By version; tags came with 1.6.0, claims of one kind with 1.8.0. */
const VERSIONS: Readonly<Record<string, readonly Capability[]>> = {
  "1.2.3": [...LACKS, "tags"],
  "1.6.0": LACKS,
  "1.8.1": LACKS,
};

describeWithServer("SQL Server with Microsoft's procedures alone", (server) => {
  for (const [version, lacks] of Object.entries(VERSIONS)) {
    describeWithMicrosoftVersion(version, `version ${version}, as its runtime role [SQL7, SQL9]`, () => {
      let microsoft: MicrosoftDatabase;
      let client: SqlClient;
      beforeAll(async () => {
        microsoft = await aMicrosoftDatabase(server, version);
        client = connectTo(microsoft.connectionString);
      });
      afterAll(async () => {
        await client?.close();
        await microsoft?.drop();
      });

      describeStorageProvider(`the store on Microsoft's ${version}`, () => {
        const { database, hub } = microsoft;
        const options = {
          hubName: hub,
          connect: () => shared(client),
          prepare: async () => ({ isUtf8: !database.isBabelfish, microsoftVersion: version }),
        };
        return aMssqlFixture(database, options, lacks);
      });
    });
  }
});

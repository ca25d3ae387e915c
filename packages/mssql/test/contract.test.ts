import { describeStorageProvider } from "@durable-host/testkit";
import { aMssqlFixture } from "./mssql-fixture";
import { describeWithServer } from "./stand/server";
import { TestDatabase } from "./stand/test-database";

jest.setTimeout(60_000);

describeWithServer("SQL Server", (server) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await TestDatabase.withSchema(server);
  });
  afterAll(() => database.drop());

  describeStorageProvider("the SQL Server store", () => aMssqlFixture(database));
});

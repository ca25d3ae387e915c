import { appDatabaseOn, openAppDatabase, type AppDatabase } from "../../src/app-database/app-database";
import { describeWithServer } from "../stand/server";
import { TestDatabase } from "../stand/test-database";

jest.setTimeout(60_000);

const TABLES = `
CREATE TABLE dbo.Products (
  Id int NOT NULL PRIMARY KEY, [Name] nvarchar(50) NULL, Price decimal(9, 2) NULL, IsSold bit NULL, Data varbinary(10) NULL,
  Made datetime2(3) NULL, Notes nvarchar(max) NULL
);
CREATE TABLE dbo.Numbered (Id int IDENTITY(1, 1) NOT NULL PRIMARY KEY, [Name] nvarchar(50) NOT NULL);
CREATE TABLE dbo.Stock (Sku nvarchar(20) NOT NULL, Place nvarchar(20) NOT NULL, Units int NOT NULL, PRIMARY KEY (Sku, Place));`;

describeWithServer("a database of the app's", (server) => {
  let database: TestDatabase;
  let app: AppDatabase;
  beforeAll(async () => {
    database = await TestDatabase.create(server);
    await database.client.batch(TABLES);
    await database.client.batch(
      "CREATE PROCEDURE dbo.FindProducts @Least int, @Name nvarchar(50) AS SELECT Id FROM dbo.Products WHERE Id >= @Least AND ([Name] = @Name OR @Name IS NULL) ORDER BY Id",
    );
    app = appDatabaseOn(database.client);
  });
  afterEach(async () => {
    await database.client.batch("DELETE FROM dbo.Products; DELETE FROM dbo.Numbered; DELETE FROM dbo.Stock;");
  });
  afterAll(() => database.drop());

  const all = (table: string) =>
    app.select({ kind: "text", text: `SELECT * FROM dbo.${table} ORDER BY 1, 2`, parameters: [] });

  it("inserts rows and gives them back as JSON has them", async () => {
    const chair = {
      Id: 1,
      Name: "Stuhl 'š😀'",
      Price: 80.5,
      IsSold: true,
      Data: "AP8=",
      Made: "2026-02-03T04:05:06.07",
      // OPENJSON on Babelfish cuts texts after 4000 characters.
      Notes: "x".repeat(database.isBabelfish ? 4000 : 20_000),
    };
    await app.upsert("dbo.Products", [chair, { Id: 2 }]);
    const nothing = { Name: null, Price: null, IsSold: null, Data: null, Made: null, Notes: null };
    // OPENJSON reads bytes from Base64, but on Babelfish as they stand.
    const stored = { ...chair, Data: database.isBabelfish ? Buffer.from(chair.Data).toString("base64") : chair.Data };
    expect(await all("Products")).toEqual([stored, { Id: 2, ...nothing }]);
  });

  it("changes the rows whose keys are there, in the columns that are given", async () => {
    await app.upsert("[dbo].[Stock]", [
      { Sku: "chair", Place: "north", Units: 1 },
      { Sku: "chair", Place: "south", Units: 2 },
    ]);
    await app.upsert("Stock", [
      { sku: "chair", place: "south", units: 5 },
      { sku: "table", place: "south", units: 7 },
    ]);
    expect(await all("Stock")).toEqual([
      { Sku: "chair", Place: "north", Units: 1 },
      { Sku: "chair", Place: "south", Units: 5 },
      { Sku: "table", Place: "south", Units: 7 },
    ]);
  });

  it("writes all rows or none", async () => {
    const rows = [
      { Id: 1, Name: "a" },
      { Id: 2, Price: "no number" },
    ];
    await expect(app.upsert("Products", rows)).rejects.toThrow();
    expect(await all("Products")).toEqual([]);
  });

  it("lets the server number rows", async () => {
    await app.upsert("Numbered", [{ Name: "a" }, { Name: "b" }]);
    expect((await all("Numbered")).map(({ Name }) => Name)).toEqual(["a", "b"]);
  });

  it("runs statements and procedures with parameters, which are values whatever is in them", async () => {
    await app.upsert("Products", [
      { Id: 1, Name: "chair" },
      { Id: 2, Name: "table" },
    ]);
    const named = (value: string | null) =>
      app.select({
        kind: "text",
        text: "SELECT Id FROM dbo.Products WHERE [Name] = @name",
        parameters: [{ name: "name", value }],
      });
    expect(await named("chair")).toEqual([{ Id: 1 }]);
    expect(await named("' OR 1 = 1 --")).toEqual([]);
    expect(await named(null)).toEqual([]);
    const parameters = [
      { name: "Least", value: "2" },
      { name: "Name", value: null },
    ];
    expect(await app.select({ kind: "storedProcedure", text: "dbo.FindProducts", parameters })).toEqual([{ Id: 2 }]);
  });

  it("says what is wrong with a table or a command", async () => {
    await expect(app.upsert("dbo.Nowhere", [{ Id: 1 }])).rejects.toThrow(/There is no table dbo\.Nowhere/);
    await expect(app.select({ kind: "text", text: "SELECT nonsense", parameters: [] })).rejects.toThrow(/nonsense/);
    await app.upsert("dbo.Nowhere", []);
  });

  it("is opened by its connection string, and closed with all its connections", async () => {
    const other = openAppDatabase(database.connectionString);
    expect(await other.select({ kind: "text", text: "SELECT 1 AS One", parameters: [] })).toEqual([{ One: 1 }]);
    await other.close();
    await expect(other.select({ kind: "text", text: "SELECT 1 AS One", parameters: [] })).rejects.toThrow();
  });
});

import { selectStorage } from "../../src/config/storage-selection";

const REAL_ACCOUNT = "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=a2V5;EndpointSuffix=core.windows.net";
const LOCAL_ACCOUNT =
  "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;";
const SCHEDULER = "DURABLE_TASK_SCHEDULER_CONNECTION_STRING";

function select(type: string, settings: Record<string, string>, connectionName?: string, override?: "embedded") {
  return selectStorage({ type, typeGiven: true, connectionName }, settings, override);
}

describe("storage selection for mssql", () => {
  it("uses the embedded store for the development value, without a word", () => {
    expect(select("MSSQL", { Db: "UseDevelopmentStorage=true" }, "Db")).toEqual({
      type: "embedded",
      connectionName: "Db",
    });
  });

  it("names both remedies when the setting is missing", () => {
    expect(() => select("mssql", {})).toThrow(
      /SQLDB_Connection has no value.*SQLDB_Connection=UseDevelopmentStorage=true.*or set it to the connection string/,
    );
  });

  it("uses the database that the setting names, by whichever of its names", () => {
    const connectionString = "Server=db;Database=shop;User Id=u;Password=p";
    for (const setting of ["SQLDB_Connection", "AzureWebJobsSQLDB_Connection", "ConnectionStrings:SQLDB_Connection"]) {
      expect(select("mssql", { [setting]: connectionString })).toEqual({
        type: "mssql",
        connectionName: "SQLDB_Connection",
        connectionString,
      });
    }
  });

  it("leaves the database alone when the embedded store was asked for", () => {
    const settings = { SQLDB_Connection: "Server=db;Database=shop;User Id=u;Password=p" };
    expect(select("mssql", settings, undefined, "embedded")).toMatchObject({
      type: "embedded",
      notice: expect.stringMatching(/instead of SQL Server because of --storage embedded/),
    });
  });
});

describe("storage selection for other providers", () => {
  it.each([
    ["AzureStorage", {}, "Storage"],
    ["AzureStorage", { AzureWebJobsStorage: "UseDevelopmentStorage=true" }, "Storage"],
    ["azurestorage", { AzureWebJobsStorage: LOCAL_ACCOUNT }, "Storage"],
    ["netherite", { AzureWebJobsStorage: LOCAL_ACCOUNT }, "AzureWebJobsStorage"],
    ["azureManaged", {}, SCHEDULER],
    ["azureManaged", { [SCHEDULER]: "Endpoint=http://localhost:8080;Authentication=None" }, SCHEDULER],
    ["azureManaged", { [SCHEDULER]: "Endpoint=http://dts-emulator:8080;Authentication=None" }, SCHEDULER],
  ])("uses the embedded store in place of %s with %j and says so in one line", (type, settings, connectionName) => {
    const selection = select(type, settings);
    const notice = expect.stringMatching(/^Storage: .* instead\.$/);
    expect(selection).toMatchObject({ type: "embedded", connectionName, notice });
  });

  it.each([
    ["AzureStorage", { AzureWebJobsStorage: REAL_ACCOUNT }, "AzureWebJobsStorage"],
    ["AzureStorage", { AzureWebJobsStorage__accountName: "shop" }, "AzureWebJobsStorage__accountName"],
    ["AzureStorage", { "ConnectionStrings:AzureWebJobsStorage": REAL_ACCOUNT }, "Storage"],
    ["netherite", { AzureWebJobsStorage: REAL_ACCOUNT }, "AzureWebJobsStorage"],
    ["azureManaged", { [SCHEDULER]: "Endpoint=https://shop.durabletask.io;Authentication=ManagedIdentity" }, SCHEDULER],
  ])("stops when %s has the remote store %j", (type, settings, named) => {
    expect(() => select(type, settings)).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(named) }),
    );
    expect(() => select(type, settings)).toThrow(/would not hold that data.*--storage embedded/);
    expect(select(type, settings, undefined, "embedded").type).toBe("embedded");
  });

  it("lists the known types for an unknown one [DF86]", () => {
    expect(() => select("redis", {})).toThrow(/'redis'\. Known types: mssql, AzureStorage, azureManaged, netherite/);
  });

  it("does not say that host.json asked for what it did not ask for", () => {
    const emulator = { AzureWebJobsStorage: "UseDevelopmentStorage=true" };
    const configured = { type: "AzureStorage", typeGiven: false };
    expect(selectStorage(configured, emulator)).toMatchObject({
      notice:
        "Storage: host.json names no storage provider and AzureWebJobsStorage names a local emulator; instances are kept in the embedded store instead.",
    });
    expect(selectStorage(configured, {})).not.toHaveProperty("notice");
  });
});

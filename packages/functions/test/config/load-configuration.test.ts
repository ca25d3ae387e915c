import { loadConfiguration, type HostConfiguration } from "../../src/config/load-configuration";
import { anAppFolder, removeAppFolders } from "./app-folder";

afterEach(removeAppFolders);

function load(files: Record<string, unknown>, environment: Record<string, string> = {}): HostConfiguration {
  return loadConfiguration({ appRoot: anAppFolder({ "package.json": {}, ...files }), environment });
}

function hostJson(durableTask: object = {}, more: object = {}): Record<string, unknown> {
  return { "host.json": { version: "2.0", extensions: { durableTask }, ...more } };
}

describe("loadConfiguration", () => {
  it("assumes defaults without a host.json", () => {
    const { values, hubName, storage } = load({});
    expect(hubName).toBe("TestHubName");
    expect(storage.type).toBe("embedded");
    expect(values.host("extensions.http.routePrefix")).toBe("api");
    expect(values.host("functionTimeout")).toBe(30 * 60_000);
    expect(values.app("FUNCTIONS_WORKER_PROCESS_COUNT")).toBe(1);
  });

  it("says so when the folder holds no app", () => {
    const appRoot = anAppFolder();
    expect(() => loadConfiguration({ appRoot, environment: {} })).toThrow(/holds no Functions app.*--script-root/);
  });

  it("accepts comments, trailing commas and a byte order mark", () => {
    const text = '\uFEFF{ "version": "2.0", // the schema\n "functionTimeout": "00:01:00", }';
    expect(load({ "host.json": text }).values.host("functionTimeout")).toBe(60_000);
  });

  it.each([
    [
      '{\n  "version": "2.0"\n  "functions": []\n}',
      /host\.json is not valid JSON\. Line 3, column 3: a comma is missing/,
    ],
    ['{ "version": "2.0"', /Line 1, column 19: a closing brace } is missing/],
    ["{ version: 2 }", /Line 1, column 3: this is no JSON value/],
    ["[]", /must hold a JSON object/],
    ['{ "extensions": {} }', /must have "version": "2\.0"; there is none/],
    ['{ "version": "1.0" }', /must have "version": "2\.0"; it is "1\.0"/],
  ])("names file and place of an invalid host.json (%j)", (text, message) => {
    expect(() => load({ "host.json": text })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringMatching(message) }),
    );
  });

  it("lets the environment override host.json, lists and texts that are numbers included", () => {
    const { values } = load(hostJson({ MaxConcurrentActivityFunctions: 3 }, { functions: ["a"] }), {
      AzureFunctionsJobHost__extensions__durableTask__maxConcurrentActivityFunctions: "7",
      AzureFunctionsJobHost__extensions__http__routePrefix: "",
      AzureFunctionsJobHost__functions__1: "b",
      azurefunctionsjobhost__logging__logLevel__default: "Debug",
    });
    expect(values.host("extensions.durableTask.maxConcurrentActivityFunctions")).toBe(7);
    expect(values.host("extensions.http.routePrefix")).toBe("");
    expect(values.host("functions")).toEqual(["a", "b"]);
    expect(values.host("logging.logLevel")).toEqual({ default: "Debug" });
  });

  it("lays local settings under the environment and says which were skipped", () => {
    const local = { IsEncrypted: false, Values: { A: "local", B: "local", C: null, N: 5, T: true } };
    const { settings, notices } = load({ "local.settings.json": local }, { A: "environment" });
    expect(settings).toMatchObject({ A: "environment", B: "local", N: "5", T: "true" });
    expect(settings).not.toHaveProperty("C");
    expect(notices[0]).toMatch(/Skipping \[A\] of local\.settings\.json/);
  });

  it("refuses encrypted and nested local settings", () => {
    expect(() => load({ "local.settings.json": { IsEncrypted: true, Values: {} } })).toThrow(/func settings decrypt/);
    expect(() => load({ "local.settings.json": { Values: { A: { B: 1 } } } })).toThrow(/Values\.A must be a text/);
  });

  it("reads connection strings, port and CORS of local settings", () => {
    const { settings, local } = load({
      "local.settings.json": {
        ConnectionStrings: { One: "1", Two: { ConnectionString: "2", ProviderName: "p" } },
        Host: { LocalHttpPort: 7080, CORS: "*", CORSCredentials: true },
      },
    });
    expect(settings).toMatchObject({ "ConnectionStrings:One": "1", "ConnectionStrings:Two": "2" });
    expect(local).toMatchObject({ port: 7080, cors: "*", corsCredentials: true });
  });

  it.each([
    [{ maxConcurrentActivityFunctions: 0 }, /maxConcurrentActivityFunctions is 0; expected: whole number, at least 1/],
    [{ overridableExistingInstanceStates: "None" }, /expected: NonRunningStates or AnyState/],
    [{ retention: { completedAfter: "a week" } }, /retention.completedAfter is "a week"; expected: time span hh:mm:ss/],
    [{ retention: { failedAfter: 7 } }, /retention.failedAfter is 7; expected: time span/],
    [{ retention: { checkInterval: "-1" } }, /checkInterval is "-1"; expected: time span hh:mm:ss, at least 00:00:01/],
    [{ versionMatchStrategy: "Newer" }, /expected: CurrentOrOlder or None or Strict/],
  ])("refuses the wrong value of a setting (%j)", (durableTask, message) => {
    expect(() => load(hostJson(durableTask))).toThrow(message);
  });

  it("keeps ended instances for ever unless told otherwise, and looks every ten minutes", () => {
    const prefix = "extensions.durableTask.retention";
    const { values } = load(hostJson({ retention: { completedAfter: "7.00:00:00", failedAfter: "-1" } }));
    expect(values.host(`${prefix}.completedAfter`)).toBe(7 * 24 * 3_600_000);
    expect(values.host(`${prefix}.failedAfter`)).toBe(Infinity);
    expect(values.host(`${prefix}.terminatedAfter`)).toBeUndefined();
    expect(values.host(`${prefix}.checkInterval`)).toBe(600_000);
  });

  it("ignores keys it does not know, and names those that were meant for Durable Functions, once", () => {
    const durableTask = {
      somethingNew: 1,
      MaxOrchestrationActions: 5,
      storageProvider: { type: "mssql", partitioncount: 4, partitions: 4 },
      tracing: { version: "V2" },
    };
    const { notices } = load(hostJson(durableTask, { other: {} }), { SQLDB_Connection: "UseDevelopmentStorage=true" });
    expect(notices).toEqual([
      "host.json has settings that this host does not know, and that have no effect: extensions.durableTask.somethingNew, extensions.durableTask.storageProvider.partitions. Are they spelt as in docs/configuration.md?",
    ]);
  });

  it("takes the hub name from a setting [DF85]", () => {
    expect(load(hostJson({ hubName: "%HUB%" }), { HUB: "Orders" }).hubName).toBe("Orders");
    expect(() => load(hostJson({ hubName: "%HUB%" }))).toThrow(/there is no app setting HUB/);
  });

  it("takes the hub name for SQL Server from the store's own setting, and from hubName without one", () => {
    const environment = { SQLDB_Connection: "Server=db;Database=shop", HUB: "Own" };
    const mssql = { type: "mssql", taskHubName: "%HUB%" };
    expect(load(hostJson({ hubName: "Other", storageProvider: mssql }), environment).hubName).toBe("Own");
    expect(load(hostJson({ hubName: "Other", storageProvider: { type: "mssql" } }), environment).hubName).toBe("Other");
    const embedded = { SQLDB_Connection: "UseDevelopmentStorage=true", HUB: "Own" };
    expect(load(hostJson({ hubName: "Other", storageProvider: mssql }), embedded).hubName).toBe("Other");
  });

  it("refuses a hub name that the column of SQL Server has no room for, and names its setting", () => {
    const environment = { SQLDB_Connection: "Server=db;Database=shop" };
    const storageProvider = { type: "mssql", taskHubName: "h".repeat(51) };
    expect(() => load(hostJson({ storageProvider }), environment)).toThrow(
      /storageProvider\.taskHubName\): use 1 to 50/,
    );
    const hubName = "h".repeat(51);
    expect(() => load(hostJson({ hubName, storageProvider: { type: "mssql" } }), environment)).toThrow(
      /extensions\.durableTask\.hubName\): use 1 to 50/,
    );
    expect(load(hostJson({ hubName })).hubName).toBe(hubName);
  });

  it("reads what SQL Server storage can be told, with upstream's defaults but for larger batches", () => {
    const prefix = "extensions.durableTask.storageProvider";
    const { values } = load(hostJson({ storageProvider: { schemaName: null } }));
    expect(values.host(`${prefix}.taskEventLockTimeout`)).toBe(120_000);
    expect(values.host(`${prefix}.taskEventBatchSize`)).toBe(1000);
    expect(values.host(`${prefix}.createDatabaseIfNotExists`)).toBe(false);
    expect(values.host(`${prefix}.schemaName`)).toBe("dt");
    expect(() => load(hostJson({ storageProvider: { taskEventLockTimeout: "00:00:09" } }))).toThrow(
      /taskEventLockTimeout is "00:00:09"; expected: time span hh:mm:ss, at least 00:00:10/,
    );
    expect(() => load(hostJson({ storageProvider: { taskEventBatchSize: 9 } }))).toThrow(/at least 10/);
  });

  it("tells in one notice what is used in place of another store", () => {
    const { notices } = load(hostJson({ storageProvider: { type: "azureManaged" } }));
    expect(notices).toEqual([
      "Storage: host.json asks for the Durable Task Scheduler and DURABLE_TASK_SCHEDULER_CONNECTION_STRING is not set; instances are kept in the embedded store instead.",
    ]);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSchema } from "@durable-host/mssql";
import { createCommandLine } from "../../src/command-line";
import { runStorage } from "../../src/storage/run-storage";
import { describeWithServer } from "../../../mssql/test/stand/server";
import { TestDatabase } from "../../../mssql/test/stand/test-database";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
}

const SLOW_MS = 60_000;

describe("durable-host storage", () => {
  let app: string;
  beforeEach(() => {
    app = mkdtempSync(join(tmpdir(), "storage-commands-"));
  });
  afterEach(() => rmSync(app, { recursive: true, force: true }));

  function configure(storageProvider: object, values: Readonly<Record<string, string>> = {}): void {
    const extensions = { durableTask: { storageProvider: { type: "mssql", ...storageProvider } } };
    writeFileSync(join(app, "host.json"), JSON.stringify({ version: "2.0", extensions }));
    writeFileSync(join(app, "local.settings.json"), JSON.stringify({ IsEncrypted: false, Values: values }));
  }

  it("prints the script for the schema that host.json names, without a connection", async () => {
    configure({ schemaName: "shop" });
    const { code, out } = await storage(app, "script");
    expect(code).toBe(0);
    expect(out).toContain("CREATE OR ALTER PROCEDURE shop._CheckpointOrchestration");
    expect(out).toContain("shop_host.Migrations");
    expect(out).not.toContain("{{schema}}");
  });

  it("prints the script of another schema as one JSON document", async () => {
    const { out } = await storage(app, "script", "--schema", "orders", "--json");
    expect(JSON.parse(out)).toMatchObject({ schema: "orders", script: expect.stringContaining("orders_runtime") });
  });

  it("refuses a schema name that is more than a name", async () => {
    const { code, notes } = await storage(app, "script", "--schema", "dt]; DROP TABLE x");
    expect(code).toBe(1);
    expect(notes).toContain("cannot be used");
  });

  it("names the setting that lacks the connection string", async () => {
    configure({ connectionStringName: "ORDERS_DB" });
    const { code, notes } = await storage(app, "status");
    expect([code, notes]).toEqual([1, expect.stringContaining("The setting ORDERS_DB has no value")]);
  });

  it("leaves an embedded store alone", async () => {
    configure({}, { SQLDB_Connection: "UseDevelopmentStorage=true" });
    const { code, notes } = await storage(app, "init");
    expect([code, notes]).toEqual([1, expect.stringContaining("embedded store")]);
  });

  it("says what is wrong with a connection string, and never the string", async () => {
    const { code, notes } = await storage(app, "status", "--connection-string", "Server=a;Password=hunter2");
    expect(code).toBe(1);
    expect(notes).toMatch(/Database/);
    expect(notes).not.toContain("hunter2");
  });

  describeWithServer("on a server", (server) => {
    it(
      "tells what is due, sets nothing up by mistake, and knows when all is done",
      async () => {
        const database = await TestDatabase.create(server);
        try {
          configure({ schemaName: "shop" }, { SQLDB_Connection: database.connectionString });
          const before = await storage(app, "status");
          expect([before.code, before.out]).toEqual([3, expect.stringContaining("not set up")]);
          const upgraded = await storage(app, "upgrade");
          expect([upgraded.code, upgraded.notes]).toEqual([1, expect.stringContaining("no schema shop to upgrade")]);

          await createSchema(database.client, "shop");
          const after = await storage(app, "status", "--json");
          expect(after.code).toBe(0);
          expect(JSON.parse(after.out)).toMatchObject({ schema: "shop", state: "current", rights: { missing: [] } });
          await database.client.batch(
            "INSERT INTO shop.NewEvents (TaskHub, InstanceID, EventType, VisibleTime) VALUES ('orders', 'o1', 'Odd', '9999-12-31T23:59:59.9999999')",
          );
          expect((await storage(app, "status")).out).toMatch(
            /are parked: 1 of task hub orders\.[^]*EXEC shop_host\.ReleaseParkedMessages @TaskHub = 'orders';[^]*Odd to o1/,
          );
          const again = await storage(app, "init", "--create-database");
          expect([again.code, again.out]).toEqual([0, expect.stringContaining("is up to date")]);
        } finally {
          await database.drop();
        }
      },
      SLOW_MS,
    );

    it("says which database cannot be reached", async () => {
      const { code, notes } = await storage(
        app,
        "status",
        "--connection-string",
        `${server.connectionString};Database=no_such`,
      );
      expect(code).toBe(1);
      expect(notes).toContain("no_such");
    });
  });
});

/** Runs a storage command as from the folder. */
async function storage(folder: string, ...args: readonly string[]): Promise<Outcome> {
  let code = -1;
  let out = "";
  const notes: string[] = [];
  const commandLine = createCommandLine(
    {
      start: () => Promise.reject(new Error("start ran")),
      scheduler: () => Promise.reject(new Error("the scheduler ran")),
      durable: () => Promise.reject(new Error("a durable command ran")),
      local: () => Promise.reject(new Error("a local command ran")),
      async storage(request) {
        code = await runStorage(request, {
          environment: {},
          print: (text) => {
            out += text;
            return Promise.resolve();
          },
          note: (line) => notes.push(line),
        });
      },
    },
    folder,
  );
  await commandLine.parseAsync(["node", "durable-host", "storage", ...args]);
  return { code, out, notes: notes.join("\n") };
}

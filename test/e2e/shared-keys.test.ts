import { HostFixture, ManagementClient, freePort } from "@durable-host/testkit";
import { hostSettings } from "../../packages/mssql/test/stand/host-settings";
import { describeWithServer } from "../../packages/mssql/test/stand/server";
import { TestDatabase } from "../../packages/mssql/test/stand/test-database";
import { GUARDED_APP } from "./host-app";
import { LiveApp } from "./live-app";

jest.setTimeout(120_000);

describeWithServer("hosts that share a task hub on SQL Server", (server) => {
  const fixture = new HostFixture();
  let database: TestDatabase;

  beforeAll(async () => {
    database = await TestDatabase.withSchema(server);
  });
  afterAll(async () => {
    await fixture.dispose();
    await database?.drop();
  });

  async function start(scriptRoot: string, args: readonly string[]): Promise<ManagementClient> {
    const host = await fixture.start({
      scriptRoot,
      port: await freePort(),
      dataDir: fixture.directory(),
      env: hostSettings(database.connectionString, { taskHub: "Keys" }),
      args,
    });
    return new ManagementClient(host.url);
  }

  it("have the same keys, and use those that another one makes [FH46, FH50]", async () => {
    const { scriptRoot } = new LiveApp(fixture, GUARDED_APP);
    // Without --enable-auth the admin API is open: it tells the keys.
    const open = await start(scriptRoot, []);
    const { keys } = (await open.get("/admin/host/systemkeys")).body as {
      readonly keys: readonly { readonly name: string; readonly value: string }[];
    };
    const master = keys.find(({ name }) => name === "_master")?.value ?? "";
    expect(master).toMatch(/^[\w-]{54}$/);
    await open.post("/admin/functions/other/keys/mine");
    const ofFunction = (await open.get("/admin/functions/other/keys/mine")).body as { readonly value: string };

    const guarded = await start(scriptRoot, ["--enable-auth"]);
    const ask = async (path: string, key: string) =>
      (await guarded.request("GET", path, { headers: { "x-functions-key": key } })).status;
    expect((await guarded.get("/api/other")).status).toBe(401);
    expect(await ask("/api/other", ofFunction.value)).toBe(200);
    expect(await ask("/api/level-function", ofFunction.value)).toBe(401);
    expect(await ask("/admin/host/status", master)).toBe(200);
  });
});

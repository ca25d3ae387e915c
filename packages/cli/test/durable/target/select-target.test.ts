import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@durable-host/testkit";
import { selectTarget, type TargetOptions } from "../../../src/durable/target/select-target";
import { WorkingHub } from "../working-hub";

const root = mkdtempSync(join(tmpdir(), "durable-host-select-"));
const HOST_JSON = { version: "2.0", extensions: { durableTask: { hubName: "Shop" } } };
let hub: WorkingHub;

/** A store of the task hub Shop that nobody has open. */
beforeAll(async () => {
  hub = new WorkingHub();
  await hub.open();
  await hub.close();
});
afterAll(async () => {
  await hub.dispose();
  rmSync(root, { recursive: true, force: true });
});

/** An app in a folder of its own; resolves to the folder. */
function anApp(hostJson: object = HOST_JSON, localSettings: object = { IsEncrypted: false, Values: {} }): string {
  const folder = mkdtempSync(join(root, "app-"));
  writeFileSync(join(folder, "host.json"), JSON.stringify(hostJson));
  writeFileSync(join(folder, "local.settings.json"), JSON.stringify(localSettings));
  return folder;
}

/** Selects a target and lets it go at once; resolves to where it was, and which addresses were tried. */
async function select(options: Partial<TargetOptions>, answering: readonly string[] = []) {
  const tried: string[] = [];
  const target = await selectTarget(
    { scriptRoot: join(root, "nothing"), offline: false, ...options },
    {
      environment: {},
      logger: silentLogger,
      hostAnswers(url) {
        tried.push(url);
        return Promise.resolve(answering.includes(url));
      },
    },
  );
  await target.close();
  return { title: target.title, isOffline: target.isOffline, tried };
}

async function refusal(options: Partial<TargetOptions>): Promise<string> {
  const error: unknown = await select(options).catch((thrown: unknown) => thrown);
  return (error as { readonly message: string }).message;
}

describe("where durable commands go", () => {
  it("is the host that was named, untried", async () => {
    expect(await select({ url: "https://shop.example.com/" })).toEqual({
      title: "the host at https://shop.example.com",
      isOffline: false,
      tried: [],
    });
  });

  it("is the store in the folder that was named, even when a host answers", async () => {
    const selected = await select({ dataDir: hub.dataDir, scriptRoot: anApp() }, ["http://localhost:7071"]);
    expect(selected).toEqual({ title: `the store ${hub.dataDir}/Shop.db`, isOffline: true, tried: [] });
  });

  it("is the only store of a folder when no app says which", async () => {
    expect((await select({ dataDir: hub.dataDir })).title).toBe(`the store ${hub.dataDir}/Shop.db`);
  });

  it("is the host at the default address when one answers, with or without an app", async () => {
    const host = { title: "the host at http://localhost:7071", isOffline: false, tried: ["http://localhost:7071"] };
    expect(await select({}, ["http://localhost:7071"])).toEqual(host);
    expect(await select({ scriptRoot: anApp() }, ["http://localhost:7071"])).toEqual(host);
  });

  it("is the host at the port in local.settings.json", async () => {
    const scriptRoot = anApp(HOST_JSON, { IsEncrypted: false, Host: { LocalHttpPort: 8123 } });
    const { title } = await select({ scriptRoot }, ["http://localhost:8123"]);
    expect(title).toBe("the host at http://localhost:8123");
  });

  it("is the app's store when no host answers", async () => {
    const scriptRoot = anApp();
    const store = join(scriptRoot, ".durable");
    cpSync(hub.dataDir, store, { recursive: true });
    const selected = await select({ scriptRoot });
    expect(selected).toEqual({
      title: `the store ${store}/Shop.db`,
      isOffline: true,
      tried: ["http://localhost:7071"],
    });
    expect((await select({ scriptRoot, offline: true }, ["http://localhost:7071"])).tried).toEqual([]);
  });

  it("is the store of the task hub that was named", async () => {
    const scriptRoot = anApp({ version: "2.0", extensions: { durableTask: { hubName: "Other" } } });
    const { title } = await select({ scriptRoot, dataDir: hub.dataDir, taskHubName: "Shop" });
    expect(title).toBe(`the store ${hub.dataDir}/Shop.db`);
  });

  it("is no store that does not exist, and none is made", async () => {
    const scriptRoot = anApp();
    expect(await refusal({ scriptRoot, offline: true })).toMatch(
      /There is no store of the task hub 'Shop' in .*\.durable\. A store is made when its host first starts/,
    );
    expect(await refusal({ dataDir: join(root, "typo") })).toMatch(/typo holds no store\. Another folder: --data-dir/);
    expect(await refusal({ dataDir: hub.dataDir, taskHubName: "Shpo" })).toMatch(/'Shpo'.*There are those of: Shop\./);
  });

  it("is asked for when a folder holds several task hubs", async () => {
    const dataDir = mkdtempSync(join(root, "several-"));
    for (const name of ["b.db", "a.db", "a.db-wal"]) writeFileSync(join(dataDir, name), "");
    expect(await refusal({ dataDir })).toMatch(/the stores of 2 task hubs \(a, b\)\. Name one with --task-hub-name\./);
  });

  it("is nowhere without host and app, and the way out is told", async () => {
    expect(await refusal({})).toMatch(
      /^No host answers at http:\/\/localhost:7071, and .* holds no Functions app.*--url URL; .*--data-dir DIR\.$/,
    );
    expect(await refusal({ offline: true })).toMatch(/holds no Functions app/);
  });

  it("is not an embedded store when the app keeps its task hub elsewhere", async () => {
    const storageProvider = { type: "mssql", connectionStringName: "DB" };
    const hostJson = { version: "2.0", extensions: { durableTask: { hubName: "Shop", storageProvider } } };
    const values = { DB: "Server=db.example.com", LOCAL: "UseDevelopmentStorage=true" };
    const scriptRoot = anApp(hostJson, { IsEncrypted: false, Values: values });
    expect(await refusal({ scriptRoot, offline: true })).toMatch(
      /connection setting DB cannot be used.*lacks Database/,
    );
    expect(await refusal({ scriptRoot, offline: true, connectionStringSetting: "LOCAL" })).toContain(
      "There is no store",
    );
    expect((await select({ scriptRoot, dataDir: hub.dataDir })).title).toBe(`the store ${hub.dataDir}/Shop.db`);
  });
});

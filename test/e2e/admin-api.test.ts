import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HostFixture, waitUntil, type Answer, type HostProcess, type ManagementClient } from "@durable-host/testkit";
import { GUARDED_APP } from "./host-app";
import { LiveApp } from "./live-app";

interface StoredKeys {
  readonly masterKey: { readonly value: string };
  readonly functionKeys: readonly { readonly value: string }[];
  readonly systemKeys: readonly { readonly value: string }[];
}

jest.setTimeout(60_000);
const fixture = new HostFixture();
let host: HostProcess;
let client: ManagementClient;
let keys: { readonly master: string; readonly host: string; readonly system: string };

beforeAll(async () => {
  const app = new LiveApp(fixture, GUARDED_APP);
  host = await fixture.start({
    scriptRoot: app.scriptRoot,
    args: ["--enable-auth", "--verbose"],
    env: { "AzureWebJobs.off.Disabled": "true", CORS_ALLOWED_ORIGINS: '["https://shop.example"]' },
  });
  client = await fixture.client();
  const stored = JSON.parse(readFileSync(join(fixture.dataDir, "secrets/host.json"), "utf8")) as StoredKeys;
  keys = {
    master: stored.masterKey.value,
    host: stored.functionKeys[0]?.value ?? "",
    system: stored.systemKeys[0]?.value ?? "",
  };
});
afterAll(() => fixture.dispose());

function ask(method: string, path: string, key?: string, json?: unknown): Promise<Answer> {
  const headers: Record<string, string> = key === undefined ? {} : { "x-functions-key": key };
  return client.request(method, path, { headers, json });
}

async function status(method: string, path: string, key?: string, json?: unknown): Promise<number> {
  return (await ask(method, path, key, json)).status;
}

describe("functions behind keys", () => {
  it("open to the keys of their level, in the header or in code, and to no other [FH46, FH47]", async () => {
    const made = await ask("POST", "/admin/functions/other/keys/mine", keys.master);
    const ofOther = (made.body as { readonly value: string }).value;

    expect(await status("GET", "/api/level-anonymous")).toBe(200);
    expect(await ask("GET", "/api/level-function")).toMatchObject({ status: 401, body: "" });
    expect(await status("GET", "/api/level-function", "wrong")).toBe(401);
    expect(await status("GET", "/api/level-function", ofOther)).toBe(401);
    expect(await status("GET", "/api/other", ofOther)).toBe(200);
    expect(await status("GET", "/api/level-function", keys.host)).toBe(200);
    expect(await status("GET", `/api/level-function?code=${encodeURIComponent(keys.host)}`)).toBe(200);
    expect(await status("GET", "/api/level-function", keys.master)).toBe(200);
    expect(await status("GET", "/api/level-admin", keys.host)).toBe(401);
    expect(await status("GET", "/api/level-admin", keys.master)).toBe(200);
  });

  it("leave webhooks to the system key and the master key [FH56]", async () => {
    const list = "/runtime/webhooks/durabletask/instances";
    expect(await status("GET", list)).toBe(401);
    expect(await status("GET", list, keys.host)).toBe(401);
    expect(await status("GET", list, keys.system)).toBe(200);
    expect(await status("GET", list, keys.master)).toBe(200);
    expect(await status("GET", "/runtime/webhooks/nothing/x", keys.master)).toBe(404);
  });
});

describe("the admin API", () => {
  it("is for the master key alone [FH48]", async () => {
    for (const path of ["/admin/host/status", "/admin/functions", "/admin/host/keys", "/admin/nothing"]) {
      expect(await status("GET", path)).toBe(401);
      expect(await status("GET", path, keys.host)).toBe(401);
      expect(await status("GET", path, keys.system)).toBe(401);
    }
    expect((await ask("GET", "/admin/host/status", keys.master)).body).toMatchObject({
      id: expect.any(String),
      state: "Running",
      version: expect.any(String),
      instanceId: expect.any(String),
      computerName: expect.any(String),
      processUptime: expect.any(Number),
    });
    expect(await status("GET", "/admin/nothing", keys.master)).toBe(404);
    expect(await status("GET", "/admin/host/ping")).toBe(200);
    expect(await status("GET", "/admin/warmup")).toBe(200);
  });

  it("shows the functions with what they are registered as", async () => {
    const { body } = await ask("GET", "/admin/functions/OFF", keys.master);
    expect(body).toMatchObject({
      name: "off",
      invoke_url_template: `${client.baseUrl}/api/off`,
      isDisabled: true,
      config: {
        scriptFile: join("src", "app.js"),
        bindings: expect.arrayContaining([expect.objectContaining({ type: "httpTrigger" })]),
      },
    });
  });

  it("runs a timer's function on demand [FH49]", async () => {
    expect(await ask("POST", "/admin/functions/tick", keys.master, { input: "x" })).toMatchObject({
      status: 202,
      body: "",
    });
    await host.prints("tick has run, past due: false");
    await host.prints(
      "Executing 'Functions.tick' (Reason='This function was programmatically called via the host APIs.'",
    );
    expect(await status("POST", "/admin/functions/nobody", keys.master, {})).toBe(404);
    expect(await status("POST", "/admin/functions/tick", keys.master)).toBe(400);
    expect(await status("POST", "/admin/functions/hello", keys.master, {})).toBe(400);
  });

  it("runs a disabled function, which nobody else reaches [FH51]", async () => {
    expect(await ask("GET", "/api/off")).toMatchObject({ status: 404, body: "" });
    expect(await status("POST", "/admin/functions/off", keys.master, { input: "" })).toBe(202);
    await host.prints("off has run");
  });

  it("makes, replaces and deletes keys, which are in force at once and stay [FH50]", async () => {
    const path = "/admin/host/functionkeys/ci";
    expect((await ask("PUT", path, keys.master, { name: "ci", value: "s3cret+" })).status).toBe(201);
    expect(await status("GET", "/api/level-function", "s3cret+")).toBe(200);
    expect((await ask("GET", path, keys.master)).body).toMatchObject({ name: "ci", value: "s3cret+" });
    const stored = readFileSync(join(fixture.dataDir, "secrets/host.json"), "utf8");
    expect(stored).toContain("s3cret+");
    const { body } = await ask("POST", path, keys.master);
    expect((body as { readonly value: string }).value).toMatch(/^[\w-]{54}$/);
    expect(await status("GET", "/api/level-function", "s3cret+")).toBe(401);
    expect(await status("DELETE", path, keys.master)).toBe(204);
    expect(await status("DELETE", path, keys.master)).toBe(404);
    expect(await status("DELETE", "/admin/host/systemkeys/_master", keys.master)).toBe(400);
  });

  it("answers preflights before it asks for keys, for allowed origins only [FH52]", async () => {
    const preflight = (origin: string) =>
      client.request("OPTIONS", "/api/level-function", { headers: { origin, "access-control-request-method": "PUT" } });
    const allowed = await preflight("https://shop.example");
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    const other = await preflight("https://other.example");
    expect([other.status, other.headers.get("access-control-allow-origin")]).toEqual([204, null]);
    expect([allowed, other].map(({ headers }) => headers.get("vary"))).toEqual(["Origin", "Origin"]);
  });

  it("drains: the host is not ready, takes no work, serves requests, and goes on when it may [FH80]", async () => {
    expect(await status("POST", "/admin/host/drain", keys.master)).toBe(202);
    expect(await status("GET", "/runtime/health/ready")).toBe(503);
    expect(await status("GET", "/runtime/health/live")).toBe(200);
    await waitUntil("the end of the drain", async () => {
      const { body } = await ask("GET", "/admin/host/drain/status", keys.master);
      return (body as { readonly state: string }).state === "Completed" ? true : undefined;
    });
    const started = await ask("POST", "/runtime/webhooks/durabletask/orchestrators/hello", keys.system);
    const { id, statusQueryGetUri } = started.body as { readonly id: string; readonly statusQueryGetUri: string };
    expect(await status("GET", "/api/level-anonymous")).toBe(200);
    expect((await client.get(statusQueryGetUri)).body).toMatchObject({ instanceId: id, runtimeStatus: "Pending" });

    expect(await ask("POST", "/admin/host/resume", keys.master)).toMatchObject({
      status: 200,
      body: { state: "Running" },
    });
    expect(await status("GET", "/runtime/health/ready")).toBe(200);
    await waitUntil("the orchestration that waited", async () => {
      const { body } = await client.get(statusQueryGetUri);
      return (body as { readonly runtimeStatus: string }).runtimeStatus === "Completed" ? true : undefined;
    });
  });

  it("takes the app off the net and puts it back [FH55]", async () => {
    expect(await status("PUT", "/admin/host/state", keys.master, "Offline")).toBe(202);
    expect(await status("GET", "/api/level-anonymous")).toBe(503);
    expect((await ask("GET", "/admin/host/status", keys.master)).body).toMatchObject({ state: "Offline" });
    expect(await status("PUT", "/admin/host/state", keys.master, "Running")).toBe(202);
    expect(await status("GET", "/api/level-anonymous")).toBe(200);
  });
});

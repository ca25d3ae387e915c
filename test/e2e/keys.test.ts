import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { HostFixture, waitUntil } from "@durable-host/testkit";
import type { ManagementClient } from "@durable-host/testkit";
import { LiveApp } from "./live-app";

const APP = `
  const { app } = require("@azure/functions");
  const df = require("durable-functions");
  df.app.orchestration("hello", function* () { return "hello"; });
  const start = async (request, context) => {
    const client = df.getClient(context);
    return client.createCheckStatusResponse(request, await client.startNew("hello"));
  };
  const starter = (authLevel) => ({ authLevel, handler: start, extraInputs: [df.input.durableClient()] });
  app.http("open", starter("anonymous"));
  app.http("guarded", starter("function"));
  app.http("internal", starter("admin"));`;

interface StoredKeys {
  readonly masterKey: { readonly value: string };
  readonly functionKeys: readonly { readonly value: string }[];
  readonly systemKeys: readonly { readonly value: string }[];
}

jest.setTimeout(60_000);
const fixture = new HostFixture();
let client: ManagementClient;
let keys: { readonly master: string; readonly host: string; readonly system: string };

beforeAll(async () => {
  const app = new LiveApp(fixture, APP);
  // As a compose file leaves it that passes on what is not set.
  const env = { FUNCTIONS_SECRETS_PATH: "" };
  await fixture.start({ scriptRoot: app.scriptRoot, args: ["--enable-auth"], env });
  client = await fixture.client();
  const stored = JSON.parse(readFileSync(join(fixture.dataDir, "secrets/host.json"), "utf8")) as StoredKeys;
  keys = {
    master: stored.masterKey.value,
    host: stored.functionKeys[0]?.value ?? "",
    system: stored.systemKeys[0]?.value ?? "",
  };
});
afterAll(() => fixture.dispose());

async function status(path: string, key?: string): Promise<number> {
  const code = key === undefined ? "" : `${path.includes("?") ? "&" : "?"}code=${encodeURIComponent(key)}`;
  return (await client.get(`${path}${code}`)).status;
}

describe("a host that asks for keys", () => {
  it("answers its webhooks only to the system key and the master key [DF18]", async () => {
    const list = "/runtime/webhooks/durabletask/instances";
    expect(await status(list)).toBe(401);
    expect(await status(list, "wrong")).toBe(401);
    expect(await status(list, keys.host)).toBe(401);
    expect(await status(list, keys.system)).toBe(200);
    expect(await status(list, keys.master)).toBe(200);
  });

  it("runs a function for the keys of its level", async () => {
    expect(await status("/api/open")).toBe(202);
    expect(await status("/api/guarded")).toBe(401);
    expect(await status("/api/guarded", keys.host)).toBe(202);
    expect(await status("/api/internal", keys.host)).toBe(401);
    expect(await status("/api/internal", keys.master)).toBe(202);
  });

  it("shows its inside to the master key, and its health to everybody", async () => {
    expect(await status("/admin/functions")).toBe(401);
    expect(await status("/admin/functions", keys.master)).toBe(200);
    expect(await status("/admin/host/ping")).toBe(200);
    expect(await status("/runtime/health")).toBe(200);
  });

  it("gives links that carry the key, so that they can be followed [DF18]", async () => {
    const links = (await client.get("/api/open")).body as Record<string, string>;
    const ended = await waitUntil("the end of hello", async () => {
      const { status: code, body } = await client.get(String(links["statusQueryGetUri"]));
      return code === 202 ? undefined : { code, body };
    });
    expect(ended).toMatchObject({ code: 200, body: { output: "hello" } });
  });

  it("keeps the keys for itself", () => {
    expect(statSync(join(fixture.dataDir, "secrets/host.json")).mode & 0o077).toBe(0);
  });
});

import type { HostRequest, HttpHandler } from "@durable-host/functions";
import { createHostEndpoints, type HostState } from "../../src/server/host-endpoints";
import { createHostHandler, type HostHandlerOptions } from "../../src/server/host-handler";

function aRequest(line: string): HostRequest {
  const [method = "", path = ""] = line.split(" ");
  return {
    method,
    url: new URL(`http://localhost:7071${path}`),
    headers: {},
    body: (async function* () {})(),
    signal: new AbortController().signal,
  };
}

const nobody: HttpHandler = () => Promise.resolve(undefined);
const says =
  (body: string): HttpHandler =>
  () =>
    Promise.resolve({ status: 200, headers: [], body });

function endpoints(state: HostState, isStoreReachable = true): HttpHandler {
  return createHostEndpoints({
    state: () => state,
    isStoreReachable: () => isStoreReachable,
    identity: { id: "shop", version: "1.2.3", instanceId: "i", computerName: "c" },
    uptime: () => 1234.5,
    functions: () => [
      {
        name: "Hello",
        invoke_url_template: "http://localhost:7071/api/Hello",
        language: "node",
        config: { name: "Hello", scriptFile: "src/a.js", bindings: [] },
        isDisabled: false,
        isDirect: true,
        isProxy: false,
      },
    ],
  });
}

async function ask(
  line: string,
  options: Partial<HostHandlerOptions> & { state?: HostState; isStoreReachable?: boolean } = {},
) {
  const handler = createHostHandler({
    endpoints: endpoints(options.state ?? "Running", options.isStoreReachable),
    management: nobody,
    functions: nobody,
    customHeaders: [],
    ready: () => true,
    homepage: true,
    ...options,
  });
  const response = await handler(aRequest(line));
  return { status: response?.status, body: typeof response?.body === "string" ? response.body : undefined };
}

describe("the host's own endpoints", () => {
  it.each(["Starting", "Running", "Stopping"] as const)("tell the state %s", async (state) => {
    const { status, body = "" } = await ask("GET /admin/host/status", { state });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      id: "shop",
      state,
      version: "1.2.3",
      instanceId: "i",
      computerName: "c",
      processUptime: 1235,
    });
  });

  it.each([
    ["Starting", 503],
    ["Running", 200],
    ["Stopping", 503],
  ] as const)("are ready only when the host runs (%s: %i)", async (state, status) => {
    expect((await ask("GET /runtime/health/ready", { state })).status).toBe(status);
    expect((await ask("GET /runtime/health/live", { state })).status).toBe(200);
    expect((await ask("POST /admin/host/ping", { state })).status).toBe(200);
  });

  it("say that a host whose store does not answer is alive, and not ready", async () => {
    expect((await ask("GET /runtime/health/ready", { isStoreReachable: false })).status).toBe(503);
    expect((await ask("GET /runtime/health/live", { isStoreReachable: false })).status).toBe(200);
  });

  it("list the functions", async () => {
    expect(JSON.parse((await ask("GET /admin/functions")).body ?? "")).toHaveLength(1);
    expect(JSON.parse((await ask("GET /admin/functions/hello")).body ?? "")).toMatchObject({ name: "Hello" });
    expect((await ask("GET /admin/functions/nope")).status).toBe(404);
  });
});

describe("who answers what", () => {
  it("gives system paths to the management API and never to functions", async () => {
    const options = { management: says("management"), functions: says("functions") };
    expect((await ask("POST /runtime/webhooks/durabletask/orchestrators/x", options)).body).toBe("management");
    expect((await ask("GET /admin/other", { functions: says("functions") })).status).toBeUndefined();
    expect((await ask("GET /administrator", options)).body).toBe("functions");
  });

  it("adds custom headers to answers of functions that lack them", async () => {
    const handler = createHostHandler({
      endpoints: nobody,
      management: says("management"),
      functions: () => Promise.resolve({ status: 200, headers: [["X-Frame-Options", "SAMEORIGIN"]] }),
      customHeaders: [
        ["X-Content-Type-Options", "nosniff"],
        ["x-frame-options", "DENY"],
      ],
      ready: () => true,
      homepage: true,
    });
    expect((await handler(aRequest("GET /api/a")))?.headers).toEqual([
      ["X-Frame-Options", "SAMEORIGIN"],
      ["X-Content-Type-Options", "nosniff"],
    ]);
    expect((await handler(aRequest("GET /runtime/webhooks/x")))?.headers).toEqual([]);
  });

  it("shows a homepage unless a function has the root or it is switched off", async () => {
    expect(await ask("GET /")).toMatchObject({ status: 200, body: expect.stringContaining("up and running") });
    expect((await ask("GET /", { functions: says("mine") })).body).toBe("mine");
    expect((await ask("GET /", { homepage: false })).status).toBe(204);
    expect((await ask("GET /other")).status).toBeUndefined();
  });

  it("lets early requests wait, and turns them away when the host does not come up", async () => {
    const functions = says("functions");
    expect((await ask("GET /api/a", { functions, ready: () => Promise.resolve(true) })).body).toBe("functions");
    const late = await ask("GET /api/a", { functions, ready: () => Promise.resolve(false) });
    expect(late).toEqual({ status: 503, body: "Function host is not running." });
  });
});

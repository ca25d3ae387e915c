import { DurableHostError } from "@durable-host/engine";
import type { HttpHandler } from "@durable-host/functions";
import { createHostEndpoints, type HostState } from "../../src/server/host-endpoints";
import { createHostHandler, type HostHandlerOptions } from "../../src/server/host-handler";
import { aRequest } from "./a-request";

const nobody: HttpHandler = () => Promise.resolve(undefined);
const says =
  (body: string): HttpHandler =>
  () =>
    Promise.resolve({ status: 200, headers: [], body });

function endpoints(state: HostState, isStoreReachable = true, isDraining = false): HttpHandler {
  return createHostEndpoints({
    state: () => state,
    isStoreReachable: () => isStoreReachable,
    isDraining: () => isDraining,
    routes: [
      { methods: ["GET"], path: "admin/open", isOpen: true, handle: () => ({ status: 200, headers: [] }) },
      {
        methods: ["GET"],
        path: "admin/things/*/x",
        handle: ({ params }) => ({ status: 200, headers: [], body: params.join() }),
      },
    ],
    admits: ({ url }) => Promise.resolve(url.searchParams.get("code") === "master"),
  });
}

async function ask(
  line: string,
  options: Partial<HostHandlerOptions> & { state?: HostState; isStoreReachable?: boolean; isDraining?: boolean } = {},
) {
  const handler = createHostHandler({
    endpoints: endpoints(options.state ?? "Running", options.isStoreReachable, options.isDraining),
    management: nobody,
    functions: nobody,
    customHeaders: [],
    ready: () => true,
    homepage: true,
    offline: () => undefined,
    ...options,
  });
  const response = await handler(aRequest(line));
  return { status: response?.status, body: typeof response?.body === "string" ? response.body : undefined };
}

describe("the host's own endpoints", () => {
  it.each([
    ["Starting", 503],
    ["Running", 200],
    ["Stopping", 503],
  ] as const)("are ready only when the host runs (%s: %i) [FH80]", async (state, status) => {
    expect((await ask("GET /runtime/health/ready", { state })).status).toBe(status);
    expect((await ask("GET /runtime/health", { state })).status).toBe(status);
    expect((await ask("GET /runtime/health/live", { state })).status).toBe(200);
  });

  it("are not ready while the host drains [FH80]", async () => {
    expect((await ask("GET /runtime/health/ready", { isDraining: true })).status).toBe(503);
    expect((await ask("GET /runtime/health/live", { isDraining: true })).status).toBe(200);
  });

  it("say that a host whose store does not answer is alive, and not ready", async () => {
    expect((await ask("GET /runtime/health/ready", { isStoreReachable: false })).status).toBe(503);
    expect((await ask("GET /runtime/health/live", { isStoreReachable: false })).status).toBe(200);
  });

  it("below /admin are for the master key, but for those that are open, and tell nobody else what there is [FH48]", async () => {
    expect((await ask("GET /admin/open")).status).toBe(200);
    expect((await ask("GET /admin/things/a/x")).status).toBe(401);
    expect((await ask("GET /ADMIN/nothing")).status).toBe(401);
    expect((await ask("GET /admin/nothing?code=master")).status).toBe(404);
    expect((await ask("POST /admin/things/a/x?code=master")).status).toBe(404);
    expect(await ask("GET /Admin/Things/a%2Fb/x?code=master")).toEqual({ status: 200, body: "a/b" });
    expect((await ask("HEAD /admin/things/a/x/?code=master")).status).toBe(200);
  });

  it("answer 503 while the store behind them is away", async () => {
    const handler = createHostEndpoints({
      state: () => "Running",
      isStoreReachable: () => true,
      isDraining: () => false,
      routes: [
        {
          methods: ["GET"],
          path: "admin/x",
          handle: () => Promise.reject(new DurableHostError("STORAGE_TRANSIENT", "away")),
        },
      ],
    });
    expect((await handler(aRequest("GET /admin/x")))?.status).toBe(503);
  });
});

describe("who answers what", () => {
  it("gives system paths to the management API and never to functions", async () => {
    const options = { management: says("management"), functions: says("functions") };
    expect((await ask("POST /runtime/webhooks/durabletask/orchestrators/x", options)).body).toBe("management");
    expect((await ask("GET /admin/other?code=master", { functions: says("functions") })).status).toBe(404);
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
      offline: () => undefined,
    });
    expect((await handler(aRequest("GET /api/a")))?.headers).toEqual([
      ["X-Frame-Options", "SAMEORIGIN"],
      ["X-Content-Type-Options", "nosniff"],
    ]);
    expect((await handler(aRequest("GET /runtime/webhooks/x")))?.headers).toEqual([]);
  });

  it("shows a homepage unless a function has the root or it is switched off [FH55]", async () => {
    expect(await ask("GET /")).toMatchObject({ status: 200, body: expect.stringContaining("up and running") });
    expect((await ask("GET /", { functions: says("mine") })).body).toBe("mine");
    expect((await ask("HEAD /")).status).toBe(200);
    expect((await ask("GET /", { homepage: false })).status).toBe(204);
    expect((await ask("GET /other")).status).toBeUndefined();
  });

  it("takes the app off the net, and not the host [FH55]", async () => {
    const offline = () => ({ status: 503, headers: [], body: "closed" });
    expect(await ask("GET /api/a", { functions: says("functions"), offline })).toEqual({ status: 503, body: "closed" });
    expect(await ask("GET /", { offline })).toEqual({ status: 503, body: "closed" });
    expect((await ask("GET /admin/open", { offline })).status).toBe(200);
    expect((await ask("GET /runtime/health/live", { offline })).status).toBe(200);
  });

  it("lets early requests wait, and turns them away when the host does not come up", async () => {
    const functions = says("functions");
    expect((await ask("GET /api/a", { functions, ready: () => Promise.resolve(true) })).body).toBe("functions");
    const late = await ask("GET /api/a", { functions, ready: () => Promise.resolve(false) });
    expect(late).toEqual({ status: 503, body: "Function host is not running." });
  });
});

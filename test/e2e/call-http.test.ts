import { HostFixture } from "@durable-host/testkit";
import type { ManagementClient } from "@durable-host/testkit";
import { LocalServer } from "../../packages/functions/test/call-http/local-server";
import { ACCEPTANCE_APP } from "./reference-app";

const POLL_MS = 700;
const TOKEN_SOURCE = { kind: "AzureManagedIdentity", resource: "https://graph.microsoft.com/" };

jest.setTimeout(60_000);
const fixture = new HostFixture();
const arrivals: number[] = [];
let service: LocalServer;
let identity: LocalServer;
let client: ManagementClient;

beforeAll(async () => {
  service = await LocalServer.start(({ path }, response) => {
    arrivals.push(performance.now());
    if (path === "/work") response.writeHead(202, { Location: "/status" }).end();
    else response.writeHead(200, { "X-Id": "7", "Content-Type": "text/plain" }).end("done");
  });
  identity = await LocalServer.start(({ path }, response) => {
    const known = path.includes(encodeURIComponent("https://graph.microsoft.com"));
    const expires_on = String(Math.floor(Date.now() / 1000) + 3600);
    if (known) response.end(JSON.stringify({ access_token: "t0ken", expires_on, token_type: "Bearer" }));
    else response.writeHead(400).end(JSON.stringify({ error: "invalid_resource" }));
  });
  const env = {
    AzureFunctionsJobHost__extensions__durableTask__httpSettings__defaultAsyncRequestSleepTimeMilliseconds: `${POLL_MS}`,
    AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential",
    IDENTITY_ENDPOINT: identity.origin,
    IDENTITY_HEADER: "secret of the place",
  };
  await fixture.start({ scriptRoot: ACCEPTANCE_APP, env });
  client = await fixture.client();
});
afterAll(async () => {
  await fixture.dispose();
  await Promise.all([service.stop(), identity.stop()]);
});
beforeEach(() => {
  service.seen.length = 0;
  arrivals.length = 0;
});

async function callHttp(request: object): Promise<{ readonly runtimeStatus: string; readonly output: unknown }> {
  return client.waitForEnd(await client.start("callsHttp", { method: "GET", ...request }));
}

describe("callHttp in a running host", () => {
  it("brings an answer to the orchestrator [DF60]", async () => {
    const { output } = await callHttp({ method: "PUT", url: `${service.origin}/page`, body: { a: 1 } });

    expect(output).toMatchObject({ statusCode: 200, headers: { "X-Id": "7" }, content: "done" });
    expect(service.seen).toMatchObject([
      {
        method: "PUT",
        body: '{"a":1}',
        headers: {
          "content-type": "text/plain",
          "user-agent": expect.stringMatching(/^Microsoft\.Azure\.WebJobs\.Extensions\.DurableTask\/\d/),
        },
      },
    ]);
  });

  it("polls as often as host.json says when the answer says nothing [DF62]", async () => {
    const { output } = await callHttp({ url: `${service.origin}/work` });

    expect(output).toMatchObject({ statusCode: 200, content: "done" });
    expect(service.seen.map(({ path }) => path)).toEqual(["/work", "/status"]);
    const [asked = 0, polled = 0] = arrivals;
    expect(polled - asked).toBeGreaterThanOrEqual(POLL_MS - 50);
    expect(polled - asked).toBeLessThan(20_000);
  });

  it("fails an orchestration that cannot be connected and does not catch it [DF61]", async () => {
    const { runtimeStatus, output } = await callHttp({ url: "http://127.0.0.1:1/" });

    expect(runtimeStatus).toBe("Failed");
    expect(output).toContain("connect ECONNREFUSED 127.0.0.1:1");
  });

  it("sends the token of the host's identity, which history does not have", async () => {
    const id = await client.start("callsHttp", {
      method: "GET",
      url: `${service.origin}/page`,
      tokenSource: TOKEN_SOURCE,
    });

    expect(await client.waitForEnd(id)).toMatchObject({ output: { statusCode: 200 } });
    expect(service.seen).toMatchObject([{ headers: { authorization: "Bearer t0ken" } }]);
    expect(JSON.stringify(await client.history(id))).not.toContain("t0ken");
  });

  it("fails the task when the identity has no token for the resource", async () => {
    const tokenSource = { ...TOKEN_SOURCE, resource: "https://unknown.test/" };
    const { runtimeStatus, output } = await callHttp({ url: `${service.origin}/page`, tokenSource });

    expect(runtimeStatus).toBe("Failed");
    expect(output).toContain("No token for 'https://unknown.test/' can be had with the Azure identity of this host");
    expect(service.seen).toEqual([]);
  });
});

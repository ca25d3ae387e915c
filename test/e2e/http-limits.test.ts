import { Agent, request as httpRequest } from "node:http";
import { HostFixture, waitUntil, type ManagementClient } from "@durable-host/testkit";
import { GUARDED_APP } from "./host-app";
import { LiveApp } from "./live-app";

jest.setTimeout(60_000);
const fixture = new HostFixture();
let client: ManagementClient;

afterEach(() => fixture.dispose());

const MEBIBYTE = 1024 * 1024;

async function start(env: Readonly<Record<string, string>> = {}) {
  const host = await fixture.start({ scriptRoot: new LiveApp(fixture, GUARDED_APP).scriptRoot, env });
  client = await fixture.client();
  return host;
}

/** Posts mebibytes, chunked; resolves to the status, or to the answer's length when it is 200. */
async function postChunked(path: string, mebibytes: number): Promise<number> {
  const url = new URL(path, client.baseUrl);
  return new Promise((resolve, reject) => {
    let length = 0;
    const request = httpRequest(url, { method: "POST", agent: false }, (response) => {
      response.on("data", (chunk: Buffer) => (length += chunk.length));
      response.on("end", () => resolve(response.statusCode === 200 ? length : (response.statusCode ?? 0)));
    });
    // The host answers before it has read everything, and ends the connection.
    request.on("error", (error) => (request.destroyed ? undefined : reject(error)));
    const chunk = Buffer.alloc(MEBIBYTE);
    let sent = 0;
    const write = (): void => {
      if (sent++ === mebibytes) request.end();
      else request.write(chunk, write);
    };
    write();
  });
}

/** One request after the other over one connection, until one fails; resolves to why it did, and how many did not. */
async function askUntilRefused(url: string): Promise<{ readonly answers: number; readonly reason: unknown }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let answers = 0; ; answers++) {
    try {
      await new Promise<void>((resolve, reject) => {
        httpRequest(url, { agent }, (response) => {
          response.on("error", reject).on("end", resolve).resume();
        })
          .on("error", reject)
          .end();
      });
    } catch (error) {
      agent.destroy();
      return { answers, reason: (error as NodeJS.ErrnoException).code };
    }
  }
}

describe("a host without limits in its settings", () => {
  it("asks nobody for a key, not for the admin API either [FH47]", async () => {
    await start();
    for (const path of [
      "/api/level-function",
      "/api/level-admin",
      "/admin/host/status",
      "/admin/functions",
      "/admin/host/keys",
    ]) {
      expect((await client.get(path)).status).toBe(200);
    }
  });

  it("takes no body above 100 MiB, said or not [FH53]", async () => {
    await start();
    const declared = await client.request("POST", "/api/echo", { text: "x".repeat(101 * MEBIBYTE) });
    expect(declared.status).toBe(413);
    expect(await postChunked("/api/echo", 101)).toBe(413);
    expect(await postChunked("/api/echo", 2)).toBe(2 * MEBIBYTE);
  });
});

describe("a host with limits", () => {
  it("refuses what is too much with 429, but not what is asked of itself [FH54]", async () => {
    const host = await start({ AzureFunctionsJobHost__extensions__http__maxConcurrentRequests: "1" });
    const first = client.get("/api/slow");
    const second = await waitUntil("a refusal", async () => {
      const answer = await client.get("/api/level-anonymous");
      return answer.status === 429 ? answer : undefined;
    });
    expect(second.headers.get("x-function-scaleout")).toBe("1");
    expect((await client.get("/admin/host/status")).status).toBe(200);
    expect((await client.get("/admin/host/ping?checkHealth=1")).status).toBe(429);
    expect((await first).body).toBe("done");
    expect((await client.get("/api/level-anonymous")).status).toBe(200);
    expect(host.output).not.toContain("error");
  });

  it("lets requests wait that it may hold [FH54]", async () => {
    await start({
      AzureFunctionsJobHost__extensions__http__maxConcurrentRequests: "1",
      AzureFunctionsJobHost__extensions__http__maxOutstandingRequests: "2",
    });
    const answers = await Promise.all([1, 2, 3].map(() => client.get("/api/slow")));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(1);
  });
});

describe("a host that is told to stop", () => {
  it("answers who waits for an orchestration as if the time were up, and sends streams to their end [FH14]", async () => {
    const host = await start();
    const waiting = client.post("/runtime/webhooks/durabletask/orchestrators/waits?timeout=60");
    const streaming = client.get("/api/stream");
    await waitUntil("the orchestration to wait", async () => {
      const { instances } = await client.list("");
      return instances.some(({ runtimeStatus }) => runtimeStatus === "Running") ? true : undefined;
    });
    const [exit, waited, streamed] = await Promise.all([host.stop(), waiting, streaming]);
    expect(exit).toEqual({ code: 0, signal: null });
    expect(waited).toMatchObject({ status: 202, body: { id: expect.any(String) } });
    expect(streamed.body).toBe("one two");
  });

  it("cuts no request of clients that keep their connections busy [FH14]", async () => {
    const host = await start();
    const clients = Array.from({ length: 8 }, () => askUntilRefused(`${host.url}/api/level-anonymous?name=x`));
    await client.get("/api/slow");
    const [exit, ...ends] = await Promise.all([host.stop(), ...clients]);
    expect(exit).toEqual({ code: 0, signal: null });
    expect(ends.map(({ reason }) => reason)).toEqual(ends.map(() => "ECONNREFUSED"));
    expect(ends.reduce((sum, { answers }) => sum + answers, 0)).toBeGreaterThan(100);
  });

  it("ends at once with the second signal [FH14]", async () => {
    const host = await start();
    const slow = client.get("/api/slow").catch(() => undefined);
    process.kill(host.pid, "SIGTERM");
    await host.prints("Stopping");
    process.kill(host.pid, "SIGINT");
    expect(await host.exited).toEqual({ code: 130, signal: null });
    await slow;
  });
});

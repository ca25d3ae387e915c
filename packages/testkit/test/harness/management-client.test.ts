import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ManagementClient } from "../../src/harness/management-client";

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
let client: ManagementClient;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => answer(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  client = new ManagementClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

function reply(response: ServerResponse, status: number, json: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(json));
}

describe("ManagementClient", () => {
  it("starts an orchestration with its input as JSON", async () => {
    answer = (request, response, body) => reply(response, 202, { id: `${request.method} ${request.url} ${body}` });

    expect(await client.start("hello", { a: 1 }, "my id")).toBe(
      'POST /runtime/webhooks/durabletask/orchestrators/hello/my%20id {"a":1}',
    );
  });

  it("rejects an answer it does not expect, with the answer", async () => {
    answer = (_request, response) => reply(response, 400, { Message: "no such function" });

    await expect(client.start("hello")).rejects.toThrow(/400 while starting hello.*no such function/);
  });

  it("takes 404 for no instance and no entity", async () => {
    answer = (_request, response) => response.writeHead(404).end();

    expect([await client.status("x"), await client.entity("a", "b")]).toEqual([undefined, undefined]);
  });

  it("follows continuation tokens to the last page", async () => {
    answer = (request, response) => {
      const token = request.headers["x-ms-continuation-token"];
      if (token === undefined) reply(response, 200, [{ instanceId: "a" }], { "x-ms-continuation-token": "next" });
      else reply(response, 200, [{ instanceId: String(token) }]);
    };
    const { instances, pages } = await client.list("top=1");

    expect([instances.map(({ instanceId }) => instanceId), pages]).toEqual([
      ["a", "next"],
      [1, 1],
    ]);
  });

  it("waits for the end of an instance, and tells its last status when it does not come", async () => {
    let looks = 0;
    answer = (_request, response) => reply(response, 202, { runtimeStatus: ++looks < 3 ? "Running" : "Failed" });

    expect((await client.waitForEnd("x")).runtimeStatus).toBe("Failed");
    looks = -1000;
    await expect(client.waitForEnd("x", { timeoutMs: 20 })).rejects.toThrow('{"runtimeStatus":"Running"}');
  });

  it("gives text that is no JSON as it is", async () => {
    answer = (_request, response) => response.end("plain");

    expect((await client.get("/")).body).toBe("plain");
  });
});

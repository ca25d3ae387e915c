import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { systemClock } from "@durable-host/engine";
import { ManualClock } from "@durable-host/testkit";
import type { CallHttpRequest } from "../../src/call-http/http-messages";
import { sendRequest, type SendRequestOptions } from "../../src/call-http/send-request";
import { LocalServer, type SeenRequest } from "./local-server";

const servers: LocalServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function serve(answer: (request: SeenRequest, response: ServerResponse) => void): Promise<LocalServer> {
  const server = await LocalServer.start(answer);
  servers.push(server);
  return server;
}

const noTokens = (): Promise<string> => Promise.reject(new Error("there are no tokens here"));

async function send(
  request: CallHttpRequest,
  options: Partial<SendRequestOptions> = {},
  signal = new AbortController().signal,
): Promise<unknown> {
  const result = await sendRequest(JSON.stringify(request), signal, {
    clock: systemClock,
    tokens: noTokens,
    ...options,
  });
  return result.type === "Completed" ? JSON.parse(result.result ?? "null") : result;
}

describe("sending a request", () => {
  it("brings back status, headers and content [DF60]", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { "X-Id": "7", "Content-Type": "application/json", Date: "d" }).end('{"a":1}');
    });

    const result = await send({
      method: "POST",
      uri: `${server.origin}/orders?x=1`,
      headers: { "X-Tag": "t", "Content-Type": "application/json" },
      content: '{"b":"é"}',
    });

    expect(result).toMatchObject({ statusCode: 200, headers: { "X-Id": "7", Date: "d" }, content: '{"a":1}' });
    expect(Object.keys((result as { headers: object }).headers)).not.toContain("Content-Type");
    expect(server.seen).toMatchObject([
      {
        method: "POST",
        path: "/orders?x=1",
        headers: { "x-tag": "t", "content-type": "application/json", "content-length": "10" },
        body: '{"b":"é"}',
      },
    ]);
  });

  it("sends content with a GET too", async () => {
    const server = await serve((_, response) => response.end());

    await send({ method: "GET", uri: server.origin, content: "query" });
    expect(server.seen).toMatchObject([{ method: "GET", body: "query", headers: { "content-type": "text/plain" } }]);
  });

  it.each([404, 429, 500, 503])("takes a %d for a result [DF61]", async (status) => {
    const server = await serve((_, response) => response.writeHead(status).end("sorry"));

    expect(await send({ method: "GET", uri: server.origin })).toMatchObject({ statusCode: status, content: "sorry" });
  });

  it("fails when nobody listens, saying where and why [DF61]", async () => {
    expect(await send({ method: "GET", uri: "http://127.0.0.1:1/path?code=secret" })).toEqual({
      type: "Failed",
      reason: "connect ECONNREFUSED 127.0.0.1:1",
      details: "GET http://127.0.0.1:1 failed.",
    });
    expect(await send({ method: "GET", uri: "http://localhost:1/" })).toMatchObject({
      type: "Failed",
      reason: expect.stringMatching(/^connect ECONNREFUSED .*:1 \(localhost:1\)$/),
    });
  });

  it("fails when the host name is unknown", async () => {
    expect(await send({ method: "GET", uri: "http://no-such-host.invalid/" })).toMatchObject({
      type: "Failed",
      reason: expect.stringMatching(/^getaddrinfo \w+ no-such-host\.invalid$/),
    });
  });

  it("fails when the connection breaks within the answer", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { "Content-Length": "100" });
      response.write("part", () => response.destroy());
    });

    expect(await send({ method: "GET", uri: server.origin })).toMatchObject({
      type: "Failed",
      reason: expect.stringContaining(new URL(server.origin).host),
    });
  });

  it("fails when the answer is too long", async () => {
    const server = await serve((_, response) => response.end("x".repeat(2_000)));

    expect(await send({ method: "GET", uri: server.origin }, { maxAnswerBytes: 1_000 })).toMatchObject({
      type: "Failed",
      reason: expect.stringContaining("the answer is longer than 1000 bytes"),
    });
  });

  it("fails when there is no answer within 240 seconds", async () => {
    const clock = new ManualClock();
    const server = await serve(() => clock.advance(240_000));

    expect(await send({ method: "GET", uri: server.origin }, { clock })).toMatchObject({
      type: "Failed",
      reason: `no answer within 240 seconds (${new URL(server.origin).host})`,
    });
    expect(clock.pending).toBe(0);
  });

  it.each([
    [{ method: "GET", uri: "nonsense" }, "callHttp needs an absolute http or https URL"],
    [{ method: "NOT OK", uri: "http://127.0.0.1:1/" }, "Method must be a valid HTTP token"],
    [
      { method: "GET", uri: "http://127.0.0.1:1/", headers: { "bad name": "" } },
      "Header name must be a valid HTTP token",
    ],
  ])("fails for a request that cannot be sent: %j", async (request, reason) => {
    expect(await send(request)).toMatchObject({ type: "Failed", reason: expect.stringContaining(reason) });
  });

  it("ends without an outcome when its signal is aborted", async () => {
    const stop = new AbortController();
    const server = await serve(() => stop.abort());

    await expect(send({ method: "GET", uri: server.origin }, {}, stop.signal)).rejects.toThrow("aborted");
  });

  it("sends again on a new connection when a kept one turns out to be closed", async () => {
    const used = new WeakSet<object>();
    const server = await serve((_, response) => {
      const socket: object = response.socket ?? {};
      if (used.has(socket)) response.destroy();
      else response.end("fine");
      used.add(socket);
    });
    const request = { method: "GET", uri: server.origin };
    await send(request);

    expect(await send(request)).toMatchObject({ statusCode: 200, content: "fine" });
    expect(server.seen).toHaveLength(3);
  });

  it("fails when the server closes a new connection without an answer", async () => {
    const server = await serve((_, response) => response.destroy());

    expect(await send({ method: "GET", uri: server.origin })).toMatchObject({
      type: "Failed",
      reason: `socket hang up (${new URL(server.origin).host})`,
    });
    expect(server.seen).toHaveLength(1);
  });
});

describe("a redirect", () => {
  it("is followed, without credentials to another origin", async () => {
    const target = await serve((_, response) => response.writeHead(200).end("here"));
    const server = await serve((_, response) =>
      response.writeHead(302, { Location: `${target.origin}/b` }).end("there"),
    );

    const headers = { Authorization: "Bearer secret", Cookie: "c", "x-functions-key": "k", "x-tag": "t" };
    const result = await send({ method: "POST", uri: `${server.origin}/a`, headers, content: "body" });

    expect(result).toMatchObject({ statusCode: 200, content: "here" });
    expect(server.seen).toMatchObject([{ headers: { authorization: "Bearer secret" } }]);
    expect(target.seen).toMatchObject([{ method: "GET", path: "/b", body: "", headers: { "x-tag": "t" } }]);
    expect(JSON.stringify(target.seen)).not.toMatch(/secret|cookie|functions-key/);
  });

  it("makes a relative Location of the last answer absolute", async () => {
    const server = await serve(({ path }, response) => {
      if (path === "/a") response.writeHead(307, { Location: "/deep/b" }).end();
      else response.writeHead(202, { Location: "c" }).end();
    });

    expect(await send({ method: "POST", uri: `${server.origin}/a` })).toMatchObject({
      statusCode: 202,
      headers: { Location: `${server.origin}/deep/c` },
    });
  });

  it("is the result when it goes round in circles", async () => {
    const server = await serve((_, response) => response.writeHead(302, { Location: "/again" }).end());

    expect(await send({ method: "GET", uri: server.origin })).toMatchObject({ statusCode: 302 });
    expect(server.seen).toHaveLength(51);
  });
});

describe("an answer that begins another protocol", () => {
  it.each([
    ["GET", "101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket"],
    ["CONNECT", "200 OK"],
  ])("fails the task: %s", async (method, answer) => {
    const server = createServer((socket) => socket.once("data", () => socket.write(`HTTP/1.1 ${answer}\r\n\r\n`)));
    await once(server.listen(0, "127.0.0.1"), "listening");
    try {
      const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect(await send({ method, uri })).toMatchObject({
        type: "Failed",
        reason: expect.stringContaining(`the server answered ${answer.slice(0, 3)} to speak another protocol`),
      });
    } finally {
      server.close();
    }
  });
});

describe("a token source", () => {
  const tokenSource = { kind: "AzureManagedIdentity", resource: "https://vault.test" };

  it("adds its token to the request", async () => {
    const server = await serve((_, response) => response.end());
    const asked: string[] = [];
    const tokens = async (resource: string): Promise<string> => {
      asked.push(resource);
      return "t0ken";
    };

    await send({ method: "GET", uri: server.origin, tokenSource }, { tokens });
    expect(asked).toEqual(["https://vault.test"]);
    expect(server.seen).toMatchObject([{ headers: { authorization: "Bearer t0ken" } }]);
  });

  it("fails the task when it has no token, and nothing is sent", async () => {
    const server = await serve((_, response) => response.end());

    expect(await send({ method: "GET", uri: server.origin, tokenSource })).toEqual({
      type: "Failed",
      reason: "there are no tokens here",
      details: "The request was not sent.",
    });
    expect(server.seen).toEqual([]);
  });

  it("is of no use any more when its token comes after the call was given up", async () => {
    const server = await serve((_, response) => response.end());
    const call = new AbortController();
    const tokens = async (): Promise<string> => {
      call.abort(new Error("given up"));
      return "t0ken";
    };

    await expect(send({ method: "POST", uri: server.origin, tokenSource }, { tokens }, call.signal)).rejects.toThrow(
      "given up",
    );
    expect(server.seen).toEqual([]);
  });
});

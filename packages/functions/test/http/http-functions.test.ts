import type { HostRequest, HostResponse } from "../../src/http/types";
import { fixtureApp, useAppHosts } from "../fixtures/app-hosts";
import type { FunctionAppHost } from "../../src/function-app-host";

async function* pieces(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

interface Options {
  readonly headers?: Record<string, string>;
  readonly body?: AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
}

function send(
  host: FunctionAppHost,
  method: string,
  path: string,
  options: Options = {},
): Promise<HostResponse | undefined> {
  const request: HostRequest = {
    method,
    url: new URL(path, "http://localhost:7071"),
    headers: options.headers ?? {},
    body: options.body ?? pieces(),
    signal: options.signal ?? new AbortController().signal,
  };
  return host.http(request);
}

async function bytesOf(response: HostResponse | undefined): Promise<Buffer> {
  const body = response?.body ?? "";
  if (typeof body === "string" || body instanceof Uint8Array) return Buffer.from(body);
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

async function jsonOf(response: HostResponse | undefined): Promise<unknown> {
  return JSON.parse((await bytesOf(response)).toString());
}

function iterator(response: HostResponse | undefined): AsyncIterator<Uint8Array> {
  const body = response?.body;
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array)
    throw new Error("The body is no stream.");
  return body[Symbol.asyncIterator]();
}

describe("HTTP functions", () => {
  const hosts = useAppHosts();
  const start = (options: object = {}) => hosts.start({ appRoot: fixtureApp("http"), ...options });

  it("answer paths of their own and leave others alone [FH28, FH34]", async () => {
    const { host } = await start();
    expect((await send(host, "GET", "/api/TEXT"))?.status).toBe(201);
    await expect(send(host, "GET", "/api/unknown")).resolves.toBeUndefined();
    await expect(send(host, "POST", "/api/text")).resolves.toBeUndefined();
    await expect(send(host, "GET", "/text")).resolves.toBeUndefined();
  });

  it.each([
    ["nothing", 204, ""],
    ["emptyObject", 200, ""],
    ["text", 201, "hällo"],
    ["response", 203, "from a response"],
    ["generator", 200, "one two"],
  ])("%s answers %s [FH39]", async (name, status, body) => {
    const { host } = await start();
    const response = await send(host, "GET", `/api/${name}`);
    expect(response?.status).toBe(status);
    expect((await bytesOf(response)).toString()).toBe(body);
  });

  it.each([
    ["throws", "handler says no"],
    ["bareText", "The HTTP response must be an object"],
    ["badStatus", "an integer from 200 to 599"],
  ])("%s answers 500 without a body, and the log says why [FH40]", async (name, reason) => {
    const { host, log } = await start();
    await expect(send(host, "GET", `/api/${name}`)).resolves.toEqual({ status: 500, headers: [] });
    await expect(log.waitFor(reason)).resolves.toMatchObject({
      level: "error",
      message: expect.stringContaining(`The function "${name}" failed`),
      fields: { functionName: name, invocationId: expect.any(String) },
    });
  });

  it("see URL, method, headers, parameters and trace context as they were sent [FH20, FH22, FH23]", async () => {
    const { host } = await start();
    const traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const response = await send(host, "GET", "/API/about/12?x=%20y", {
      headers: { "x-test": "7", traceparent: traceParent },
    });
    await expect(jsonOf(response)).resolves.toEqual({
      url: "http://localhost:7071/API/about/12?x=%20y",
      method: "GET",
      header: "7",
      params: { id: "12" },
      traceParent,
      functionName: "about",
      trigger: "httpTrigger",
      retryContext: true,
    });
  });

  it("keep repeated query keys apart [FH38]", async () => {
    const { host } = await start();
    await expect(jsonOf(await send(host, "GET", "/api/query?a=1&a=2&b=3"))).resolves.toEqual(["1", "2"]);
  });

  it("echo 2 MB of bytes unchanged [FH35]", async () => {
    const { host } = await start();
    const bytes = Buffer.from(Array.from({ length: 2 * 1024 * 1024 }, (_, index) => (index * 31) % 256));
    const headers = { "content-length": String(bytes.length) };
    const response = await send(host, "POST", "/api/echo", { headers, body: pieces(bytes) });
    expect((await bytesOf(response)).equals(bytes)).toBe(true);
    expect(response?.headers).toEqual([["content-type", "x/echo"]]);
  });

  it("get a chunked body, with no length said [FH36, FH41]", async () => {
    const { host } = await start();
    const headers = { "transfer-encoding": "chunked" };
    const response = await send(host, "POST", "/api/json", { headers, body: pieces('{"a":', "1}") });
    await expect(jsonOf(response)).resolves.toEqual({ got: { a: 1 } });
    expect(response?.headers).toEqual([["content-type", "application/json"]]);
  });

  it("get a small body that comes with its length in one piece or in several", async () => {
    const { host } = await start();
    const headers = { "content-length": "7" };
    await expect(jsonOf(await send(host, "POST", "/api/json", { headers, body: pieces('{"a":1}') }))).resolves.toEqual({
      got: { a: 1 },
    });
    await expect(
      jsonOf(await send(host, "POST", "/api/json", { headers, body: pieces('{"a":', "1}") })),
    ).resolves.toEqual({ got: { a: 1 } });
  });

  it("read a multipart form [FH37]", async () => {
    const { host } = await start();
    const form = new FormData();
    form.set("name", "n");
    form.set("file", new Blob([Buffer.alloc(1000)]), "f.bin");
    const request = new Request("http://h/", { method: "POST", body: form });
    const headers = { "content-type": request.headers.get("content-type") ?? "" };
    const body = pieces(new Uint8Array(await request.arrayBuffer()));
    await expect(jsonOf(await send(host, "POST", "/api/form", { headers, body }))).resolves.toEqual({
      name: "n",
      size: 1000,
    });
  });

  it("answer while the request's body is still coming", async () => {
    const { host } = await start();
    let sendMore: (() => void) | undefined;
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("one");
      await new Promise<void>((resolve) => {
        sendMore = resolve;
      });
      yield Buffer.from("two");
    }
    const reading = iterator(await send(host, "POST", "/api/pipe", { body: body() }));
    expect(String(Buffer.from((await reading.next()).value))).toBe("one");
    sendMore?.();
    expect(String(Buffer.from((await reading.next()).value))).toBe("two");
    expect((await reading.next()).done).toBe(true);
  });

  it("make the host stop reading a body they ignore", async () => {
    const { host } = await start();
    let closed: (() => void) | undefined;
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    async function* body(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.alloc(64 * 1024);
      } finally {
        closed?.();
      }
    }
    const response = await send(host, "POST", "/api/ignoreBody", { body: body() });
    expect(response?.status).toBe(202);
    await isClosed;
  });

  it("send several cookies as several headers [FH42]", async () => {
    const { host } = await start();
    const response = await send(host, "GET", "/api/cookies");
    expect(response?.headers).toEqual([
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["set-cookie", "c=three%20four; Max-Age=60; Path=/; HttpOnly; SameSite=Lax"],
      ["set-cookie", "d=5; Path=/x; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure"],
    ]);
  });

  it("cannot set headers of the connection", async () => {
    const { host } = await start();
    expect((await send(host, "GET", "/api/hopByHop"))?.headers.map(([name]) => name)).toEqual([
      "x-kept",
      "content-type",
    ]);
  });

  it("stream a response piece by piece, before its source has ended [FH43]", async () => {
    const { host } = await start();
    const reading = iterator(await send(host, "GET", "/api/stream"));
    expect(String(Buffer.from((await reading.next()).value))).toBe("first ");
    await send(host, "GET", "/api/continue");
    expect(String(Buffer.from((await reading.next()).value))).toBe("second");
    expect((await reading.next()).done).toBe(true);
  });

  it("have their stream cancelled when the client goes [FH44]", async () => {
    const { host } = await start();
    const client = new AbortController();
    const reading = iterator(await send(host, "GET", "/api/endless", { signal: client.signal }));
    await reading.next();
    client.abort();
    await expect(
      (async () => {
        for (;;) if ((await reading.next()).done === true) return;
      })(),
    ).rejects.toThrow("closed the connection");
    await expect(jsonOf(await send(host, "GET", "/api/seen"))).resolves.toEqual(["cancelled"]);
  });

  it("are not run for a client that has gone already", async () => {
    const { host } = await start();
    await expect(send(host, "GET", "/api/text", { signal: AbortSignal.abort() })).resolves.toEqual({
      status: 499,
      headers: [],
    });
  });

  it("find their request's body aborted when the client goes half-way", async () => {
    const { host, log } = await start();
    const client = new AbortController();
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      client.abort();
      await new Promise(() => undefined);
    }
    await expect(send(host, "POST", "/api/json", { body: body(), signal: client.signal })).resolves.toMatchObject({
      status: 499,
    });
    expect(log.records.filter(({ level }) => level === "error")).toEqual([]);
    expect((await send(host, "GET", "/api/text"))?.status).toBe(201);
  });

  it("cut the response short when its source fails, and the log says why", async () => {
    const { host, log } = await start();
    const response = await send(host, "GET", "/api/failingStream");
    await expect(bytesOf(response)).rejects.toThrow("source broke");
    await expect(log.waitFor('The response of function "failingStream" ended early')).resolves.toMatchObject({
      level: "error",
    });
  });

  it("get the durable client that the host was given", async () => {
    const client = { taskHubName: "hub", creationUrls: {}, managementUrls: { id: "INSTANCEID" } };
    const { host } = await start({ durableClientInput: () => client });
    await expect(jsonOf(await send(host, "GET", "/api/client"))).resolves.toEqual(client);
  });

  it("answer 500 when their worker is lost, and serve the next request", async () => {
    const { host } = await start();
    const [pid = 0] = host.workerPids();
    const reading = iterator(await send(host, "GET", "/api/endless"));
    process.kill(pid, "SIGKILL");
    await expect(
      (async () => {
        for (;;) if ((await reading.next()).done === true) return;
      })(),
    ).rejects.toMatchObject({ code: "WORKER_LOST" });
    expect((await send(host, "GET", "/api/nothing"))?.status).toBe(204);
  });

  it("list their routes", async () => {
    const { host } = await start({ hostJson: { routePrefix: "v1" } });
    expect(host.routes).toContainEqual(
      expect.objectContaining({
        functionName: "about",
        template: expect.objectContaining({ text: "v1/about/{id:int}/{rest?}" }),
      }),
    );
  });
});

describe("HTTP functions of an app with enableHttpStream", () => {
  const hosts = useAppHosts();
  const start = () => hosts.start({ appRoot: fixtureApp("http-stream") });

  it("get the body unread, with parameters and headers [FH45]", async () => {
    const { host } = await start();
    const body = pieces(...Array.from({ length: 20 }, () => Buffer.alloc(50_000)));
    const response = await send(host, "POST", "/api/upload/report?x=1", { headers: { "x-test": "7" }, body });
    await expect(jsonOf(response)).resolves.toEqual({
      bytes: 1_000_000,
      name: "report",
      header: "7",
      url: "http://localhost:7071/api/upload/report?x=1",
    });
  });

  it("have query parameters among their params, as the official host makes it, but no key", async () => {
    const { host } = await start();
    const response = await send(host, "GET", "/api/params/report?page=2&name=other&code=secret");
    await expect(jsonOf(response)).resolves.toEqual({ page: "2", name: "report" });
  });

  it("answer 500 when the handler throws", async () => {
    const { host } = await start();
    await expect(send(host, "GET", "/api/throws")).resolves.toEqual({ status: 500, headers: [] });
  });

  it("survive a client that goes while the body is not read", async () => {
    const { host } = await start();
    const client = new AbortController();
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      client.abort();
      await new Promise(() => undefined);
    }
    const [pid] = host.workerPids();
    await send(host, "POST", "/api/upload/x", { body: body(), signal: client.signal });
    expect((await send(host, "GET", "/api/openHandles"))?.status).toBe(200);
    expect(host.workerPids()).toEqual([pid]);
  });

  it("open no port [FH45]", async () => {
    const { host } = await start();
    await expect(jsonOf(await send(host, "GET", "/api/openHandles"))).resolves.toEqual([]);
  });
});

import { connect } from "node:net";
import type { HostRequest, HostResponse } from "@durable-host/functions";
import { waitUntil } from "@durable-host/testkit";
import { deferred, Listeners, readAll, send, sendRaw } from "./exchange";

const listeners = new Listeners();
afterEach(async () => {
  await listeners.closeAll();
  listeners.logger.errors.length = 0;
});

const nothing = (): undefined => undefined;
const text = (body: string, status = 200): HostResponse => ({
  status,
  headers: [["Content-Type", "text/plain"]],
  body,
});

describe("HTTP listener: requests", () => {
  it("passes method, absolute URL, headers and body on", async () => {
    const { port } = await listeners.listen(async (request) => {
      const body = (await readAll(request)).toString();
      return text([request.method, request.url.href, request.headers["x-kind"], body].join("|"));
    });
    const answer = await send(port, {
      method: "PUT",
      path: "/a%20b?x=1&x=2",
      headers: { "X-Kind": "k" },
      body: "hello",
    });
    expect(answer.body).toBe(`PUT|http://127.0.0.1:${port}/a%20b?x=1&x=2|k|hello`);
  });

  it("believes headers of a proxy only where one is, and then what the last one says", async () => {
    const headers = { "x-forwarded-proto": "http, https", "x-forwarded-host": "evil.example, shop.example" };
    const tell = async (request: HostRequest) => text(request.url.origin);
    const open = await listeners.listen(tell);
    expect((await send(open.port, { headers })).body).toBe(`http://127.0.0.1:${open.port}`);
    const behindProxy = await listeners.listen(tell, { trusted: { forwarded: true, principal: false } });
    expect((await send(behindProxy.port, { headers })).body).toBe("https://shop.example");
    expect((await send(behindProxy.port)).body).toBe(`http://127.0.0.1:${behindProxy.port}`);
  });

  it("passes on who is signed in only where somebody in front has found out", async () => {
    const names = ["", "-id", "-name", "-idp"].map((end) => `x-ms-client-principal${end}`);
    const headers = Object.fromEntries(names.map((name) => [name, "somebody"]));
    const tell = async (request: HostRequest) => text(names.filter((name) => name in request.headers).join());
    const open = await listeners.listen(tell);
    expect((await send(open.port, { headers })).body).toBe("");
    const behindFrontEnd = await listeners.listen(tell, { trusted: { forwarded: false, principal: true } });
    expect((await send(behindFrontEnd.port, { headers })).body).toBe(names.join());
  });

  it("streams a chunked body of 2 MB byte by byte", async () => {
    const { port } = await listeners.listen(async (request) => text(String((await readAll(request)).length)));
    const body = "é".repeat(1024 * 1024);
    const headers = { "Transfer-Encoding": "chunked" };
    expect((await send(port, { method: "POST", headers, body })).body).toBe(String(2 * 1024 * 1024));
  });

  it("ends the body at once when there is none", async () => {
    const { port } = await listeners.listen(async (request) => text(String((await readAll(request)).length)));
    expect((await send(port)).body).toBe("0");
  });

  it("ends a read of the body that begins when the client has gone", async () => {
    const entered = deferred<void>();
    const outcome = deferred<unknown>();
    const { port } = await listeners.listen(async (request) => {
      const left = new Promise((resolve) => request.signal.addEventListener("abort", () => setImmediate(resolve)));
      entered.resolve();
      await left;
      await readAll(request).then(outcome.resolve, outcome.resolve);
      return undefined;
    });
    const socket = connect({ port, host: "127.0.0.1" });
    socket.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
    await entered.promise;
    socket.destroy();
    expect(await outcome.promise).toMatchObject({ message: expect.stringContaining("The client went away") });
  });

  it("ends a read of the body that is under way when its reader wants no more", async () => {
    const { port } = await listeners.listen(async ({ body }) => {
      const iterator = body[Symbol.asyncIterator]();
      const pending = iterator.next();
      await iterator.return?.();
      return text(String((await pending).done));
    });
    expect(await sendRaw(port, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n")).toMatch(/true$/);
  });

  it("tells the source of an answer that cannot be sent to stop", async () => {
    for (const headers of [[["X-Bad", "\u0001"]], []] as const) {
      const left = deferred<boolean>();
      const source: AsyncIterableIterator<Uint8Array> = {
        [Symbol.asyncIterator]: () => source,
        next: () => new Promise(() => undefined),
        async return() {
          left.resolve(true);
          return { done: true, value: undefined };
        },
      };
      const { port } = await listeners.listen(
        async (request) => {
          await readAll(request).catch(() => undefined);
          return { status: 200, headers, body: source };
        },
        { bodyLimit: 5 },
      );
      const body = headers.length > 0 ? "" : "larger than that";
      const chunked = { "Transfer-Encoding": "chunked" };
      expect((await send(port, { method: "POST", headers: chunked, body })).status).toBe(body === "" ? 500 : 413);
      expect(await left.promise).toBe(true);
    }
  });

  it("answers 400 for a Host header that makes no URL", async () => {
    const { port } = await listeners.listen(() => Promise.resolve(text("never")));
    const answer = await sendRaw(port, "GET / HTTP/1.1\r\nHost: a b c\r\nConnection: close\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("lets a refusal through although the body has not been read, and takes the next request after the rest of it", async () => {
    const { port } = await listeners.listen(async (request) => {
      for await (const _chunk of request.body) break;
      return text("too large", 413);
    });
    const first = `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n${"x".repeat(1_000_000)}`;
    const answer = await sendRaw(port, `${first}GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    expect(answer.match(/HTTP\/1\.1 413 /g)).toHaveLength(2);
    expect(answer).toMatch(/too large$/);
  });

  it.each([
    ["declared", {}],
    ["not declared", { "Transfer-Encoding": "chunked" }],
  ])("answers 413 for a body over the limit whose length is %s", async (_case, headers) => {
    const handler = async (request: HostRequest) => {
      await readAll(request);
      return text("taken");
    };
    const { port } = await listeners.listen(handler, { bodyLimit: 10 });
    expect(await send(port, { method: "POST", headers, body: "x".repeat(10) })).toMatchObject({ body: "taken" });
    expect(await send(port, { method: "POST", headers, body: "x".repeat(11) })).toMatchObject({
      status: 413,
      body: expect.stringContaining("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"),
    });
    expect(listeners.logger.errors).toEqual([]);
  });

  it("rejects the reader of a body whose client goes away", async () => {
    const outcome = deferred<unknown>();
    const { port } = await listeners.listen(async (request) => {
      outcome.resolve(await readAll(request).catch((error: unknown) => error));
      return undefined;
    });
    const socket = connect({ port, host: "127.0.0.1" }, () => {
      socket.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf", () => socket.destroy());
    });
    expect(await outcome.promise).toMatchObject({ message: expect.any(String) });
  });

  it("aborts the signal when the client goes away before the answer", async () => {
    const arrived = deferred<HostRequest>();
    const aborted = deferred<void>();
    const { port } = await listeners.listen(async (request) => {
      request.signal.addEventListener("abort", () => aborted.resolve());
      arrived.resolve(request);
      await aborted.promise;
      return text("nobody reads this");
    });
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    await arrived.promise;
    socket.destroy();
    await aborted.promise;
    expect(listeners.logger.errors).toEqual([]);
  });
});

describe("HTTP listener: answers", () => {
  it("sets the length of text in bytes and keeps repeated headers", async () => {
    const { port } = await listeners.listen(() =>
      Promise.resolve({
        status: 201,
        headers: [
          ["Set-Cookie", "a=1"],
          ["Set-Cookie", "b=2"],
          ["Connection", "keep-alive, X"],
        ],
        body: "grüße",
      }),
    );
    const answer = await send(port);
    expect(answer).toMatchObject({ status: 201, body: "grüße", headers: { "content-length": "7" } });
    expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    expect(answer.headers.connection).toBe("close");
  });

  it("sends bytes, and nothing with 204", async () => {
    const { port } = await listeners.listen((request) =>
      Promise.resolve(
        request.url.pathname === "/bytes"
          ? { status: 200, headers: [], body: Buffer.from("raw") }
          : { status: 204, headers: [], body: "ignored" },
      ),
    );
    expect(await send(port, { path: "/bytes" })).toMatchObject({ body: "raw", headers: { "content-length": "3" } });
    const empty = await send(port);
    expect([empty.status, empty.body, empty.headers["content-length"]]).toEqual([204, "", undefined]);
  });

  it("sends the first piece of a stream before the source has ended", async () => {
    const rest = deferred<void>();
    const { port } = await listeners.listen(() =>
      Promise.resolve({
        status: 200,
        headers: [],
        body: (async function* () {
          yield Buffer.from("first ");
          await rest.promise;
          yield Buffer.from("second");
        })(),
      }),
    );
    const received = await new Promise<string>((resolve) => {
      let all = "";
      const socket = connect({ port, host: "127.0.0.1" }, () => {
        socket.write("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
      });
      socket.setEncoding("utf8").on("data", (part: string) => {
        all += part;
        if (all.includes("first ")) rest.resolve();
      });
      socket.on("close", () => resolve(all));
    });
    expect(received).toMatch(/first [\s\S]*second/);
  });

  it("ends the source of a stream when the client goes away", async () => {
    const ended = deferred<string>();
    const { port } = await listeners.listen(() =>
      Promise.resolve({
        status: 200,
        headers: [],
        body: (async function* () {
          try {
            for (;;) {
              yield Buffer.alloc(64 * 1024);
              await new Promise((resolve) => setImmediate(resolve));
            }
          } finally {
            ended.resolve("ended");
          }
        })(),
      }),
    );
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    socket.once("data", () => socket.destroy());
    expect(await ended.promise).toBe("ended");
  });

  it("answers 404 where nobody is responsible, and 500 without details for a handler that throws", async () => {
    const { port } = await listeners.listen((request) => {
      if (request.url.pathname === "/throws") return Promise.reject(new Error("secret"));
      return Promise.resolve(undefined);
    });
    expect(await send(port)).toMatchObject({ status: 404, body: "" });
    expect(await send(port, { path: "/throws" })).toMatchObject({ status: 500, body: "" });
    expect(listeners.logger.errors).toEqual([["GET /throws could not be answered.", { error: expect.any(Error) }]]);
  });

  it("answers 500 when a header cannot be sent", async () => {
    const { port } = await listeners.listen(() =>
      Promise.resolve({ status: 200, headers: [["X", "a\nb"]], body: "x" }),
    );
    expect((await send(port)).status).toBe(500);
  });
});

describe("HTTP listener: ports", () => {
  it("reaches localhost on IPv4 and, where there is one, IPv6", async () => {
    const { port } = await listeners.listen(() => Promise.resolve(text("here")), { address: "localhost" });
    expect((await send(port, { host: "127.0.0.1" })).body).toBe("here");
    const six = await send(port, { host: "::1" }).catch((error: NodeJS.ErrnoException) => error.code);
    expect(["EADDRNOTAVAIL", "EAFNOSUPPORT", expect.objectContaining({ body: "here" })]).toContainEqual(six);
  });

  it("says how to choose another port when one is taken", async () => {
    const { port } = await listeners.listen(() => Promise.resolve(undefined));
    await expect(listeners.listen(() => Promise.resolve(undefined), { port })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: `Port ${port} is unavailable. Close the process using that port, or specify another port using --port [-p].`,
    });
  });

  it("answers what is under way when it drains, ends connections with that, and takes nothing more", async () => {
    const arrived = deferred<void>();
    const answer = deferred<void>();
    const listener = await listeners.listen(async ({ url }) => {
      if (url.pathname === "/late") return text("in time");
      arrived.resolve();
      await answer.promise;
      return text("finished");
    });
    const response = sendRaw(listener.port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    await arrived.promise;
    const drained = listener.drain(60_000);
    // Sent by somebody who cannot know yet.
    expect((await send(listener.port, { path: "/late" })).body).toBe("in time");
    await waitUntil("new connections to be refused", () =>
      send(listener.port, { path: "/late" }).then(nothing, () => true),
    );
    answer.resolve();
    await drained;
    expect(await response).toMatch(/Connection: close[\s\S]*finished$/);
  });

  it("finishes what is in flight when it closes, and ends the connection with that answer", async () => {
    const arrived = deferred<void>();
    const answer = deferred<void>();
    const listener = await listeners.listen(async () => {
      arrived.resolve();
      await answer.promise;
      return text("finished");
    });
    const response = sendRaw(listener.port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    await arrived.promise;
    const closed = listener.close(60_000);
    await expect(send(listener.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    answer.resolve();
    await closed;
    expect(await response).toMatch(/Connection: close[\s\S]*finished$/);
  });

  it("does not wait for connections that nobody has used yet", async () => {
    const listener = await listeners.listen(async () => text(""));
    const socket = connect({ port: listener.port, host: "127.0.0.1" });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await new Promise((resolve) => socket.once("connect", resolve));
    await send(listener.port);
    await listener.drain(60_000);
    await closed;
  });

  it("waits no longer than it may for answers that do not come", async () => {
    const arrived = deferred<void>();
    const never = deferred<HostResponse>();
    const listener = await listeners.listen(() => {
      arrived.resolve();
      return never.promise;
    });
    const response = sendRaw(listener.port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    await arrived.promise;
    await listener.close(0);
    expect(await response).toBe("");
    never.resolve(text("late"));
  });
});

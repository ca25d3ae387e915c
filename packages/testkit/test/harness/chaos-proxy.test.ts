import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { ChaosProxy } from "../../src/harness/chaos-proxy";
import type { Fault } from "../../src/harness/chaos-plan";
import { waitUntil } from "../../src/harness/wait-until";

/** What the echo server has received, over all connections. */
let received = "";
let server: Server;
let proxy: ChaosProxy;
const clients: Client[] = [];

/** A connection with everything that came over it. */
interface Client {
  readonly socket: Socket;
  text: string;
  ended: boolean;
  error: string | undefined;
}

beforeEach(async () => {
  received = "";
  server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (piece) => {
      received += piece.toString();
      socket.write(piece);
    });
    socket.on("end", () => socket.end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  proxy = await ChaosProxy.listen({ host: "127.0.0.1", port });
});

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await proxy.close();
  server.close();
  await once(server, "close");
});

async function aClient(): Promise<Client> {
  const client = beginConnecting();
  await once(client.socket, "connect");
  return client;
}

/** A client whose connection may fail. */
function beginConnecting(): Client {
  const client: Client = {
    socket: connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true }),
    text: "",
    ended: false,
    error: undefined,
  };
  clients.push(client);
  client.socket.on("data", (piece) => (client.text += piece.toString()));
  client.socket.on("end", () => (client.ended = true));
  client.socket.on("error", (error: NodeJS.ErrnoException) => (client.error = error.code));
  return client;
}

async function say(client: Client, text: string): Promise<void> {
  const wanted = client.text + text;
  client.socket.write(text);
  await waitUntil(`the echo of ${text}`, () => (client.text === wanted ? true : undefined), { intervalMs: 2 });
}

function reset(client: Client): Promise<string> {
  return waitUntil("the reset", () => client.error, { intervalMs: 2 });
}

describe("a chaos proxy left alone", () => {
  it("forwards in both directions, connection by connection", async () => {
    const [one, two] = [await aClient(), await aClient()];
    await say(one, "hello");
    await say(two, "there");

    expect([one.text, two.text, proxy.connections]).toEqual(["hello", "there", 2]);
  });

  it("forwards a megabyte byte by byte", async () => {
    const client = await aClient();
    await say(client, "0123456789abcdef".repeat(65_536));

    expect(received).toHaveLength(2 ** 20);
  });

  it("passes on that a side has ended", async () => {
    const client = await aClient();
    await say(client, "bye");
    client.socket.end();

    await waitUntil("the end", () => (client.ended ? true : undefined));
    await waitUntil("the link to go", () => (proxy.connections === 0 ? true : undefined));
  });
});

describe("a chaos proxy told to", () => {
  it("cuts all connections, or the oldest", async () => {
    const [one, two, three] = [await aClient(), await aClient(), await aClient()];
    await Promise.all([say(one, "1"), say(two, "2"), say(three, "3")]);
    expect(proxy.cut(1)).toBe(1);
    expect(await reset(one)).toBe("ECONNRESET");
    await waitUntil("the link to go", () => (proxy.connections === 2 ? true : undefined));
    await say(two, "still");

    expect(proxy.cut()).toBe(2);
    expect([await reset(two), await reset(three)]).toEqual(["ECONNRESET", "ECONNRESET"]);
  });

  it("holds everything back while it stalls, and loses nothing", async () => {
    const client = await aClient();
    await say(client, "before ");
    proxy.stall();
    client.socket.write("after");
    const other = await aClient();
    other.socket.write("other");
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([received, client.text]).toEqual(["before ", "before "]);

    proxy.resume();
    await waitUntil("all of it", () => (client.text === "before after" && other.text === "other" ? true : undefined));
  });

  it("lets everything arrive later, in order", async () => {
    const client = await aClient();
    proxy.delay(20);
    const begun = Date.now();
    await say(client, "a");
    expect(Date.now() - begun).toBeGreaterThanOrEqual(39);

    client.socket.write("b");
    proxy.delay(0);
    client.socket.write("c");
    await waitUntil("all of it", () => (client.text === "abc" ? true : undefined), { intervalMs: 1 });
  });

  it("lets a request through and loses its answer", async () => {
    const client = await aClient();
    proxy.loseAnswers();
    client.socket.write("done?");

    expect(await reset(client)).toBe("ECONNRESET");
    expect([received, client.text]).toEqual(["done?", ""]);
  });

  it("half-closes: the client hears nothing more but is still heard", async () => {
    const client = await aClient();
    await say(client, "one");
    expect(proxy.halfClose()).toBe(1);
    await waitUntil("the end", () => (client.ended ? true : undefined));
    client.socket.write("two");

    await waitUntil("the server to hear it", () => (received === "onetwo" ? true : undefined));
    expect(client.text).toBe("one");
  });

  it("refuses new connections and keeps those there are", async () => {
    const old = await aClient();
    await say(old, "1");
    proxy.refuse();
    expect(await reset(beginConnecting())).toBe("ECONNRESET");
    await say(old, "2");

    proxy.resume();
    await say(await aClient(), "3");
  });

  it("resets a client whose server is not there", async () => {
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");

    expect(await reset(beginConnecting())).toBe("ECONNRESET");
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  });
});

describe("a chaos proxy with a plan", () => {
  const fault: Fault = { kind: "cut", afterMs: 0, forMs: 0, connections: 1, delayMs: 1 };

  it("commits the faults in order, tells which, and behaves afterwards", async () => {
    const client = await aClient();
    await say(client, "1");
    const plan: Fault[] = [
      { ...fault, kind: "stall", forMs: 5 },
      { ...fault, kind: "delay", forMs: 5 },
      { ...fault, kind: "loseAnswers", forMs: 5 },
      { ...fault, afterMs: 1 },
      { ...fault, kind: "halfClose" },
      { ...fault, kind: "refuse", forMs: 5 },
      { ...fault, kind: "refuse", forMs: 5 },
    ];
    const committed = await proxy.misbehave(plan, new AbortController().signal);

    expect(committed).toEqual({ stall: 1, delay: 1, loseAnswers: 1, halfClose: 1, cut: 1, refuse: 2 });
    await reset(client);
    await say(await aClient(), "peace");
  });

  it("stops at once when told to, in the middle of a fault", async () => {
    const controller = new AbortController();
    const client = await aClient();
    const misbehaving = proxy.misbehave([{ ...fault, kind: "stall", forMs: 60_000 }, fault], controller.signal);
    await new Promise(setImmediate);
    client.socket.write("held");
    controller.abort();

    expect(await misbehaving).toEqual({ stall: 1 });
    await waitUntil("the echo", () => (client.text === "held" ? true : undefined));
  });
});

describe("a closed chaos proxy", () => {
  it("has ended its connections, delayed bytes and all, and has no port", async () => {
    const client = await aClient();
    await say(client, "1");
    proxy.delay(60_000);
    client.socket.write("never");
    await proxy.close();

    expect(await reset(client)).toBe("ECONNRESET");
    expect(proxy.connections).toBe(0);
    expect(() => proxy.port).toThrow("The proxy is closed.");
    proxy = await ChaosProxy.listen(proxy.target);
  });
});

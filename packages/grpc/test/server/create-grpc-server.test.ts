import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { get } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials, status } from "@grpc/grpc-js";
import { DurableHostError, systemClock } from "@durable-host/engine";
import { ErrorRecorder, waitUntil } from "@durable-host/testkit";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { pb } from "../../src/proto/messages";
import { wrapText } from "../../src/proto/scalars";
import { knownTokens } from "../../src/server/access/known-tokens";
import { ask, headersOf, OpenServer } from "./open-server";
import { anInstance, directoryOf, scriptedHub } from "./scripted-hub";

let running: OpenServer[] = [];
afterEach(async () => {
  await Promise.all(running.map((each) => each.stop()));
  running = [];
});

async function start(options: Parameters<typeof OpenServer.start>[0]): Promise<OpenServer> {
  const server = await OpenServer.start(options);
  running.push(server);
  return server;
}

const getA = new pb.GetInstanceRequest().setInstanceid("a");

describe("task hubs of calls", () => {
  const one = scriptedHub("one", { getInstance: async () => anInstance({ name: "in one" }) });
  const two = scriptedHub("Two", { getInstance: async () => anInstance({ name: "in two" }) });
  const nameIn = async (client: ReturnType<OpenServer["client"]>, headers: Readonly<Record<string, string>>) =>
    (await ask(client, client.getInstance, getA, headers)).getOrchestrationstate()?.getName();

  it("go by metadata, without regard to case, and to the default hub where there is none [GR3]", async () => {
    const client = (await start({ hubs: directoryOf(one, two) })).client();
    expect(await nameIn(client, {})).toBe("in one");
    expect(await nameIn(client, { taskhub: "two" })).toBe("in two");
    expect(await nameIn(client, { "Durable-TaskHub": "TWO" })).toBe("in two");
  });

  it("are answered NOT_FOUND with the name of one that does not exist [GR5]", async () => {
    const client = (await start({ hubs: directoryOf(one) })).client();
    await expect(nameIn(client, { taskhub: "elsewhere" })).rejects.toMatchObject({
      code: status.NOT_FOUND,
      details: expect.stringContaining("'elsewhere'"),
    });
  });
});

describe("the gRPC endpoint", () => {
  const hub = scriptedHub("default", { getInstance: async () => undefined });
  const hubs = directoryOf(hub);

  it("answers Hello at once [GR2]", async () => {
    const client = (await start({ hubs })).client();
    await ask(client, client.hello, new Empty());
    const begin = performance.now();
    await ask(client, client.hello, new Empty());
    expect(performance.now() - begin).toBeLessThan(100);
  });

  it("turns foreseen errors into their status, and hides defects in the log", async () => {
    const logger = new ErrorRecorder();
    const failing = scriptedHub("default", {
      getInstance: async () => {
        throw new DurableHostError("STORAGE_TRANSIENT", "The store does not answer.");
      },
    });
    const client = (await start({ hubs: directoryOf(failing), logger })).client();
    await expect(ask(client, client.getInstance, getA)).rejects.toMatchObject({
      code: status.UNAVAILABLE,
      details: "The store does not answer.",
    });
    const defect = ask(client, client.queryInstances, new pb.QueryInstancesRequest());
    await expect(defect).rejects.toMatchObject({ code: status.INTERNAL });
    await expect(defect).rejects.not.toThrow(/does not say/);
    expect(logger.errors).toHaveLength(1);
  });

  it("takes large messages; what is over the limit of payloads is INVALID_ARGUMENT and the connection goes on [GR6]", async () => {
    const sizes: number[] = [];
    const limited = scriptedHub("default", {
      getInstance: async () => undefined,
      async start({ input }) {
        if ((input ?? "").length > 6_000_000)
          throw new DurableHostError("PAYLOAD_TOO_LARGE", "The input is too large.");
        sizes.push((input ?? "").length);
        return "a";
      },
    });
    const client = (await start({ hubs: directoryOf(limited) })).client();
    const startWith = (length: number) =>
      ask(client, client.startInstance, new pb.CreateInstanceRequest().setInput(wrapText("x".repeat(length))));
    await startWith(5_000_000);
    expect(sizes).toEqual([5_000_000]);
    await expect(startWith(7_000_000)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    expect((await ask(client, client.getInstance, getA)).getExists()).toBe(false);
  });

  it("does not let anybody in without one of its tokens", async () => {
    const server = await start({ hubs, checks: [knownTokens(() => ["secret"])] });
    const client = server.client();
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    await expect(ask(client, client.getInstance, getA)).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    await expect(ask(client, client.hello, new Empty(), bearer("x"))).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
    });
    const stream = client.getWorkItems(new pb.GetWorkItemsRequest(), headersOf(bearer("guess")));
    const refused = new Promise((resolve) => stream.on("error", resolve));
    expect(await refused).toMatchObject({ code: status.UNAUTHENTICATED });
    expect((await ask(client, client.getInstance, getA, bearer("secret"))).getExists()).toBe(false);
  });

  it("ends what is no HTTP/2, so that nobody hangs [GR76]", async () => {
    const { port } = await start({ hubs });
    await expect(new Promise((_, reject) => get({ port, host: "localhost" }).on("error", reject))).rejects.toThrow();
    const socket = connect({ port, host: "127.0.0.1" });
    socket.write("nonsense\r\n\r\n");
    await new Promise((resolve) => socket.resume().once("close", resolve));
  });

  it("says in words that a port is taken", async () => {
    const { port } = await start({ hubs });
    const second = await start({ hubs });
    await expect(second.server.listen("localhost", port)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining(`port ${port} is in use`),
    });
  });
});

describe("TLS", () => {
  const folder = mkdtempSync(join(tmpdir(), "durable-grpc-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  beforeAll(() => {
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert];
    execFileSync("openssl", [...request, ...names], { stdio: "pipe" });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is spoken where there is a certificate", async () => {
    const tls = { certificate: readFileSync(cert), key: readFileSync(key) };
    const server = await start({ hubs: directoryOf(scriptedHub("default")), tls });
    const client = server.client(credentials.createSsl(tls.certificate));
    await ask(client, client.hello, new Empty());
  });
});

describe("the end of the server", () => {
  it("ends streams and waits with UNAVAILABLE [GR77]", async () => {
    const hub = scriptedHub("default", { waitForCompletion: () => new Promise(() => undefined) });
    const server = await start({ hubs: directoryOf(hub) });
    const client = server.client();
    const wait = ask(client, client.waitForInstanceCompletion, getA);
    const stream = client.getWorkItems(new pb.GetWorkItemsRequest(), headersOf({ workerid: "w1" }));
    const ended = new Promise((resolve) => stream.on("error", resolve));
    await waitUntil("the worker to connect", () => hub.seen.length === 1 || undefined);
    const outcomes = Promise.allSettled([wait, ended]);
    await server.server.close(1000);
    const [waited, streamed] = await outcomes;
    expect(waited).toMatchObject({ status: "rejected", reason: { code: status.UNAVAILABLE } });
    expect(streamed).toMatchObject({ value: { code: status.UNAVAILABLE } });
  });
});

describe("streams of workers", () => {
  it("tell who it is, and whether its connection still stands when they end", async () => {
    const hub = scriptedHub("default", { getInstance: async () => undefined });
    const server = await start({ hubs: directoryOf(hub), clock: systemClock });
    const client = server.client();
    const agent = { "x-user-agent": "durabletask-js/0.4.0 (DurableTaskWorker)" };
    const stream = client.getWorkItems(new pb.GetWorkItemsRequest(), headersOf({ workerid: "w1", ...agent }));
    stream.on("error", () => undefined);
    const nameless = client.getWorkItems(new pb.GetWorkItemsRequest());
    nameless.on("error", () => undefined);
    await waitUntil("both workers to connect", () => hub.seen.length === 2 || undefined);
    expect(hub.seen[0]).toMatchObject({ workerId: "w1", userAgent: agent["x-user-agent"] });
    expect(hub.seen[1]?.workerId).toMatch(/:\d+$/);

    hub.seen[0]?.sink.send(new pb.WorkItem().setHealthping(new pb.HealthPing()));
    const item = await new Promise<pb.WorkItem>((resolve) => stream.once("data", resolve));
    expect(item.hasHealthping()).toBe(true);

    stream.cancel();
    nameless.cancel();
    await waitUntil("the end of the stream", () => hub.seen[0]?.ends.length === 1 || undefined);
    expect(hub.seen[0]?.ends).toEqual(["cancelled"]);
    client.close();
    await waitUntil("the end of the connection", () => hub.seen[0]?.ends.length === 2 || undefined);
    expect(hub.seen[0]?.ends).toEqual(["cancelled", "broken"]);
  });
});

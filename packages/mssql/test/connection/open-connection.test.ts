import { once } from "node:events";
import { type AddressInfo, type Server, type Socket, createServer } from "node:net";
import { openConnection } from "../../src/connection/open-connection";
import type { ConnectionSettings } from "../../src/connection/connection-settings";
import { parseConnectionString } from "../../src/connection/parse-connection-string";

const servers: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];

/** A server that treats each connection as told; yields settings that lead to it. */
async function serve(onSocket: (socket: Socket) => void, extra = ""): Promise<ConnectionSettings> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  servers.push({ server, sockets });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return parseConnectionString(`Server=127.0.0.1,${port};Database=d;User ID=app;Password=Hush-hush-1;${extra}`);
}

/** A PRELOGIN answer: version 15, and an encryption option of 2 ("not supported"). */
const PRELOGIN_WITHOUT_ENCRYPTION = Buffer.from([
  ...[0x04, 0x01, 0x00, 0x1a, 0x00, 0x00, 0x01, 0x00],
  ...[0x00, 0x00, 0x0b, 0x00, 0x06],
  ...[0x01, 0x00, 0x11, 0x00, 0x01],
  0xff,
  ...[0x0f, 0x00, 0x07, 0xd0, 0x00, 0x00],
  0x02,
]);

afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  }
});

describe("opening a connection", () => {
  it("sends no password to a server that says it has no encryption", async () => {
    const received: Buffer[] = [];
    let closed: Promise<unknown> | undefined;
    const settings = await serve((socket) => {
      closed = once(socket, "close");
      socket.on("data", (data: Buffer) => {
        received.push(data);
        if (received.length === 1) socket.write(PRELOGIN_WITHOUT_ENCRYPTION);
      });
    });
    await expect(openConnection(settings, undefined, new AbortController().signal)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("does not offer encrypted connections") as string,
    });
    await closed;
    // The first byte of a packet tells what it is: PRELOGIN (0x12) only, no LOGIN7 (0x10).
    expect(received.map((data) => data[0])).toEqual([0x12]);
  });

  it("logs in without encryption if told to", async () => {
    const received: Buffer[] = [];
    const settings = await serve((socket) => {
      socket.on("data", (data: Buffer) => {
        received.push(data);
        if (received.length === 1) socket.write(PRELOGIN_WITHOUT_ENCRYPTION);
        else socket.destroy();
      });
    }, "Encrypt=false;Connect Timeout=2");
    await expect(openConnection(settings, undefined, new AbortController().signal)).rejects.toThrow(
      /cannot be reached/,
    );
    expect(received.map((data) => data[0])).toEqual([0x12, 0x10]);
  });

  it("gives up on a server that accepts and says nothing", async () => {
    const settings = { ...(await serve(() => undefined)), connectTimeoutMs: 50 };
    await expect(openConnection(settings, undefined, new AbortController().signal)).rejects.toMatchObject({
      code: "STORAGE_TRANSIENT",
      message: expect.stringMatching(/did not answer within 0\.05 s/) as string,
    });
  });

  it("breaks an attempt off at once, without waiting for its time limit", async () => {
    const abort = new AbortController();
    const settings = await serve((socket) => socket.on("data", () => abort.abort()));
    const begun = performance.now();
    await expect(openConnection(settings, undefined, abort.signal)).rejects.toThrow(/broken off/);
    expect(performance.now() - begun).toBeLessThan(settings.connectTimeoutMs / 2);
  });

  it("tells of a server that hangs up", async () => {
    const settings = await serve((socket) => socket.end());
    await expect(openConnection(settings, undefined, new AbortController().signal)).rejects.toMatchObject({
      code: "STORAGE_TRANSIENT",
    });
  });
});

import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";
import { Transform } from "node:stream";
import { DEFAULT_SQL_PORT, type ServerAddress } from "../../src/connection/server-address";

/** A way to a server that a test can cut or clog. */
export interface Relay {
  readonly port: number;
  /** Connections taken so far. */
  readonly accepted: number;
  /** Ends all connections there are, without a word. */
  cut(): void;
  /** Nothing the server says comes through any more, on the connections there are. */
  clog(): void;
  /** The server's next answer ends after this many bytes, as if that were all of it. */
  shorten(bytes: number): void;
  /** Runs once, when the next data comes from a client that has been told something already: in the middle of a call. */
  onRequest(action: () => void): void;
  close(): Promise<void>;
}

/** Relays to a server, byte by byte. */
export async function startRelay(address: ServerAddress): Promise<Relay> {
  const sockets = new Set<Socket>();
  const upstreams = new Set<Socket>();
  let accepted = 0;
  let action: (() => void) | undefined;
  let longest: number | undefined;
  const server = createServer((client) => {
    accepted++;
    const upstream = connect(address.port ?? DEFAULT_SQL_PORT, address.host);
    upstreams.add(upstream);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        upstreams.delete(socket);
        other.destroy();
      });
    }
    client.on("data", (data) => {
      upstream.write(data);
      const run = action;
      action = undefined;
      run?.();
    });
    upstream
      .pipe(
        new Transform({
          transform(data: Buffer, _encoding, done) {
            done(null, longest === undefined ? data : shortened(data, longest));
            longest = undefined;
          },
        }),
      )
      .pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted;
    },
    cut: () => sockets.forEach((socket) => socket.destroy()),
    clog: () => upstreams.forEach((upstream) => upstream.unpipe()),
    shorten: (bytes) => (longest = bytes),
    onRequest: (run) => (action = run),
    async close() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, "close");
    },
  };
}

/** The beginning of a packet, marked as the last of its message: eight bytes of header say so, and how long it is. */
function shortened(packet: Buffer, bytes: number): Buffer {
  const beginning = Buffer.from(packet.subarray(0, bytes));
  beginning.writeUInt8(beginning.readUInt8(1) | 1, 1);
  beginning.writeUInt16BE(bytes, 2);
  return beginning;
}

import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";
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
    upstream.pipe(client);
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
    onRequest: (run) => (action = run),
    async close() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, "close");
    },
  };
}

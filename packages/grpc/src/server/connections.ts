import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { DurableHostError } from "@durable-host/engine";

/**
 * The sockets of a server, by the peer that a call names. gRPC tells of a call only that it was cancelled; whether its
 * connection still stands, over which a worker may yet answer, is known here (contract §3.4).
 */
export class Connections {
  readonly #servers: Server[] = [];
  readonly #sockets = new Map<string, Socket>();
  readonly #onConnection: (socket: Socket) => void;

  /** `onConnection` takes each new socket over. */
  constructor(onConnection: (socket: Socket) => void) {
    this.#onConnection = onConnection;
  }

  /**
   * `localhost` listens on IPv4 and, where there is one, on IPv6; port 0: the system chooses one. Resolves to the port.
   * Rejects with CONFIG_INVALID when it cannot be used.
   */
  async listen(address: string, port: number): Promise<number> {
    const isLocalhost = address === "localhost";
    const chosen = await this.#listenOn(isLocalhost ? "127.0.0.1" : address, port);
    if (isLocalhost) await this.#listenOn("::1", chosen).catch(ignoreMissingAddress);
    return chosen;
  }

  /** Calls back once when the connection of a peer has gone, at once if there is none. */
  onEnd(peer: string, listener: () => void): void {
    const socket = this.#sockets.get(peer);
    if (socket) socket.once("close", listener);
    else listener();
  }

  /** Takes no new connections. */
  close(): void {
    for (const server of this.#servers) server.close();
  }

  /** Resolves when the last connection has gone; those that stay longer than `graceMs` are cut. */
  async ended(graceMs: number): Promise<void> {
    const open = [...this.#sockets.values()];
    const timeout = setTimeout(() => open.forEach((socket) => socket.destroy()), graceMs);
    await Promise.all(open.map((socket) => new Promise((resolve) => socket.once("close", resolve))));
    clearTimeout(timeout);
  }

  async #listenOn(address: string, port: number): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => this.#take(socket));
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error) => reject(listenError(error, address, port)));
      server.listen({ host: address, port, backlog: 1024 }, resolve);
    });
    this.#servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  #take(socket: Socket): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#sockets.set(peer, socket);
    // One for each worker that has come and gone over it, and SDKs share connections: Node.js would warn of a leak.
    socket.setMaxListeners(0);
    socket.once("close", () => this.#sockets.delete(peer));
    // Of a peer that is gone, or speaks something else than HTTP/2; its calls are told.
    socket.on("error", () => undefined);
    this.#onConnection(socket);
  }
}

function ignoreMissingAddress(error: unknown): void {
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  if (cause?.code !== "EADDRNOTAVAIL" && cause?.code !== "EAFNOSUPPORT") throw error;
}

function listenError(cause: NodeJS.ErrnoException, address: string, port: number): DurableHostError {
  const message =
    cause.code === "EADDRINUSE"
      ? `The gRPC port ${port} is in use. End the process that uses it, or choose another port.`
      : `The gRPC server cannot listen on ${address}, port ${port} (${cause.code}). Choose another address and port.`;
  return new DurableHostError("CONFIG_INVALID", message, { cause });
}

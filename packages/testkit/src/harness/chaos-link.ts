import { connect, type Socket } from "node:net";

/** What a proxy does to the bytes of all its connections at the moment. */
export interface LinkConditions {
  /** Bytes wait in the proxy until it is over. */
  readonly stalled: boolean;
  /** Every piece arrives this much later (milliseconds). */
  readonly delayMs: number;
  /** Requests pass; at the first byte of an answer the connection is cut. */
  readonly answersLost: boolean;
}

/** One connection through a proxy: a socket of the client's and one to the server. */
export class ChaosLink {
  readonly closed: Promise<void>;
  readonly #client: Socket;
  readonly #server: Socket;
  /** Pieces under way, in order, and when each may arrive. */
  readonly #waiting: { readonly due: number; readonly action: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #halfClosed = false;

  constructor(
    client: Socket,
    target: { readonly host: string; readonly port: number },
    readonly conditions: () => LinkConditions,
  ) {
    this.#client = client;
    this.#server = connect({ ...target, allowHalfOpen: true });
    this.#client.setNoDelay(true);
    this.#server.setNoDelay(true);
    this.#carry(this.#client, this.#server);
    this.#carry(this.#server, this.#client);
    this.closed = Promise.all([gone(this.#client), gone(this.#server)]).then(() => {
      clearTimeout(this.#timer);
      this.#waiting.length = 0;
    });
    // What happens to one side happens to the other; a reset is passed on as one.
    for (const socket of [this.#client, this.#server]) socket.on("error", () => this.cut());
    this.#client.once("close", () => this.#server.destroy());
    this.#server.once("close", () => this.#endAfterDelay(this.#client));
    this.adapt();
  }

  /** Ends both sides with a reset, losing whatever is on its way. */
  cut(): void {
    for (const socket of [this.#client, this.#server]) {
      if (!socket.destroyed) socket.resetAndDestroy();
      // Alone it would first write what is left to write, to somebody who may never read it.
      socket.destroy();
    }
  }

  /** Tells the client that the server says no more; what the client says still reaches the server. */
  halfClose(): void {
    this.#halfClosed = true;
    this.#client.end();
  }

  /** Takes up changed conditions. */
  adapt(): void {
    const { stalled } = this.conditions();
    for (const socket of [this.#client, this.#server]) {
      if (stalled) socket.pause();
      else socket.resume();
    }
  }

  #carry(from: Socket, to: Socket): void {
    from.on("data", (piece) => {
      const { answersLost } = this.conditions();
      if (from === this.#server && answersLost) return this.cut();
      this.#afterDelay(() => this.#write(from, to, piece));
    });
    from.on("end", () => this.#endAfterDelay(to));
  }

  #write(from: Socket, to: Socket, piece: Buffer): void {
    if (!to.writable || (to === this.#client && this.#halfClosed)) return;
    if (to.write(piece)) return;
    from.pause();
    to.once("drain", () => {
      if (!this.conditions().stalled) from.resume();
    });
  }

  #endAfterDelay(socket: Socket): void {
    this.#afterDelay(() => socket.end());
  }

  /** In the order of the calls: whatever comes behind something that waits, waits with it. */
  #afterDelay(action: () => void): void {
    const due = Date.now() + this.conditions().delayMs;
    if (this.#waiting.length === 0 && due <= Date.now()) return action();
    this.#waiting.push({ due, action });
    if (this.#waiting.length === 1) this.#waitForFirst();
  }

  #waitForFirst(): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#waiting.shift();
        first.action();
        this.#waitForFirst();
      },
      Math.max(0, first.due - Date.now()),
    );
  }
}

function gone(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

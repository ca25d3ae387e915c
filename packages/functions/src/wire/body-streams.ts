import { CHUNK_ABORT, CHUNK_END, CHUNK_MORE } from "./frame";
import { IncomingBody } from "./incoming-body";

/** The receiver of a body has consumed this much: its sender may send as much again. */
export interface BodyCredit {
  readonly type: "bodyCredit";
  readonly stream: number;
  readonly bytes: number;
}

/** The receiver of a body wants no more of it. */
export interface BodyCancel {
  readonly type: "bodyCancel";
  readonly stream: number;
}

/** The part of a connection that bodies need. */
export interface BodyTransport {
  send(message: BodyCredit | BodyCancel): void;
  sendChunk(streamId: number, flags: number, bytes: Uint8Array): void;
}

/** How much of a body may be under way unread. Bounds the memory of a slow reader on either side. */
const WINDOW_BYTES = 256 * 1024;
/** Larger pieces are cut, so that one body cannot hold up everybody else's messages. */
const MAX_CHUNK_BYTES = 64 * 1024;
const NO_BYTES = new Uint8Array(0);

interface Outgoing {
  readonly iterator: AsyncIterator<Uint8Array>;
  credit: number;
  cancelled: boolean;
  onCredit?: () => void;
}

/**
 * The bodies that travel over one connection, both ways, each with its own window: a reader that does not read stops
 * its own sender and nobody else. A stream id belongs to one call; requests and responses use it independently.
 */
export class BodyStreams {
  readonly #transport: BodyTransport;
  readonly #outgoing = new Map<number, Outgoing>();
  readonly #incoming = new Map<number, IncomingBody>();

  constructor(transport: BodyTransport) {
    this.#transport = transport;
  }

  /** Sends a body whose bytes are all there. They fit into a window, or nobody could hold them anyway. */
  sendWhole(stream: number, bytes: Uint8Array): void {
    this.#transport.sendChunk(stream, CHUNK_END, bytes);
  }

  /**
   * Sends a body as it comes, no faster than it is read. Resolves when it is sent or no longer wanted (its source is
   * then told through `return`); rejects with the error of the source, after telling the reader.
   */
  async send(stream: number, body: AsyncIterable<Uint8Array>): Promise<void> {
    const iterator = body[Symbol.asyncIterator]();
    const outgoing: Outgoing = { iterator, credit: WINDOW_BYTES, cancelled: false };
    this.#outgoing.set(stream, outgoing);
    try {
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        await this.#sendPieces(stream, outgoing, next.value);
        if (outgoing.cancelled) return;
      }
      if (!outgoing.cancelled) this.#transport.sendChunk(stream, CHUNK_END, NO_BYTES);
    } catch (error) {
      if (outgoing.cancelled) return;
      this.#transport.sendChunk(stream, CHUNK_ABORT, Buffer.from(error instanceof Error ? error.message : "aborted"));
      throw error;
    } finally {
      this.#outgoing.delete(stream);
    }
  }

  async #sendPieces(stream: number, outgoing: Outgoing, bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.byteLength; offset += MAX_CHUNK_BYTES) {
      while (outgoing.credit <= 0 && !outgoing.cancelled) {
        await new Promise<void>((resolve) => {
          outgoing.onCredit = resolve;
        });
      }
      if (outgoing.cancelled) return;
      const piece = bytes.subarray(offset, offset + MAX_CHUNK_BYTES);
      outgoing.credit -= piece.byteLength;
      this.#transport.sendChunk(stream, CHUNK_MORE, piece);
    }
  }

  /** The body that arrives under this id; to be called before its first chunk can have arrived. */
  receive(stream: number): IncomingBody {
    const body = new IncomingBody(
      (bytes) => this.#transport.send({ type: "bodyCredit", stream, bytes }),
      () => {
        this.#incoming.delete(stream);
        this.#transport.send({ type: "bodyCancel", stream });
      },
    );
    this.#incoming.set(stream, body);
    return body;
  }

  onChunk(stream: number, flags: number, bytes: Buffer): void {
    const body = this.#incoming.get(stream);
    if (body === undefined) return;
    if (flags !== CHUNK_MORE) this.#incoming.delete(stream);
    if (flags === CHUNK_ABORT) {
      body.fail(new Error(`The body was aborted: ${bytes.toString("utf8")}`));
    } else {
      if (bytes.length > 0) body.push(bytes);
      if (flags === CHUNK_END) body.end();
    }
  }

  onCredit(message: BodyCredit): void {
    const outgoing = this.#outgoing.get(message.stream);
    if (outgoing === undefined) return;
    outgoing.credit += message.bytes;
    if (outgoing.credit > 0) outgoing.onCredit?.();
  }

  /** Stops sending a body, if it is being sent: its reader is gone or wants no more. */
  cancelOutgoing(stream: number): void {
    const outgoing = this.#outgoing.get(stream);
    if (outgoing === undefined) return;
    outgoing.cancelled = true;
    outgoing.onCredit?.();
    // Not awaited: a generator that hangs in its own `next` answers `return` only after that.
    outgoing.iterator.return?.().then(undefined, () => undefined);
  }

  /** Ends a body that is arriving with an error, if it is. */
  failIncoming(stream: number, error: Error): void {
    this.#incoming.get(stream)?.fail(error);
    this.#incoming.delete(stream);
  }

  /** No body arrives under this id after all. */
  dropIncoming(stream: number): void {
    this.#incoming.delete(stream);
  }

  /** The connection is gone: readers get the error, senders stop. */
  close(error: Error): void {
    for (const stream of [...this.#incoming.keys()]) this.failIncoming(stream, error);
    for (const stream of [...this.#outgoing.keys()]) this.cancelOutgoing(stream);
  }
}

import type { Duplex } from "node:stream";
import { StayAwake } from "./stay-awake";
import { CHUNK_FRAME, MESSAGES_FRAME, FrameReader, chunkFrameHeader, messagesFrame, readChunk } from "./frame";

/** What a side of the connection reacts to. */
export interface ConnectionHandlers<In> {
  onMessage(message: In): void;
  onChunk(streamId: number, flags: number, bytes: Buffer): void;
  /** Called once: the other side is gone, or what it sent could not be read. */
  onClose(error?: Error): void;
}

/**
 * One end of the pipe between host and app worker.
 *
 * All messages of one turn of the event loop leave as one JSON array in one write: at 10,000 calls a second the system
 * call, not the JSON, is what a message would cost. Chunks keep their place among the messages.
 */
export class Connection<Out, In> {
  readonly #socket: Duplex;
  readonly #handlers: ConnectionHandlers<In>;
  readonly #frames: Buffer[] = [];
  #messages: Out[] = [];
  #flushPlanned = false;
  #closed = false;
  readonly #awake = new StayAwake();

  constructor(socket: Duplex, handlers: ConnectionHandlers<In>) {
    this.#socket = socket;
    this.#handlers = handlers;
    const reader = new FrameReader((kind, payload) => this.#onFrame(kind, payload));
    socket.on("data", (piece: Buffer) => {
      this.#awake.received();
      try {
        reader.push(piece);
      } catch (error) {
        this.#onClosed(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.on("error", (error: Error) => this.#onClosed(error));
    socket.on("end", () => this.#onClosed());
    socket.on("close", () => this.#onClosed());
  }

  /** Queues a message; it leaves at the end of this turn of the event loop. */
  send(message: Out): void {
    if (this.#closed) return;
    this.#messages.push(message);
    this.#planFlush();
  }

  /** Queues a piece of a body stream behind everything queued so far. `bytes` must not change any more. */
  sendChunk(streamId: number, flags: number, bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#encodeMessages();
    this.#frames.push(chunkFrameHeader(streamId, flags, bytes.byteLength));
    if (bytes.byteLength > 0) this.#frames.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.#planFlush();
  }

  /** Writes now what is queued, without waiting for the end of the turn: before the process ends. */
  flush(): void {
    this.#flushPlanned = false;
    if (this.#closed) return;
    this.#encodeMessages();
    const frames = this.#frames.splice(0);
    if (frames.length > 0) this.#awake.sent();
    if (frames.length === 1) {
      this.#socket.write(frames[0]);
    } else if (frames.length > 1) {
      this.#socket.cork();
      for (const frame of frames) this.#socket.write(frame);
      this.#socket.uncork();
    }
  }

  /** Closes the pipe; the other side sees its end. */
  close(): void {
    this.flush();
    this.#closed = true;
    this.#socket.destroy();
  }

  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    setImmediate(() => {
      if (this.#flushPlanned) this.flush();
    });
  }

  #encodeMessages(): void {
    if (this.#messages.length === 0) return;
    const messages = this.#messages;
    this.#messages = [];
    try {
      this.#frames.push(messagesFrame(JSON.stringify(messages)));
    } catch (error) {
      // A batch may exceed the longest string there can be where each of its messages does not.
      if (!(error instanceof RangeError) || messages.length === 1) throw error;
      for (const message of messages) this.#frames.push(messagesFrame(JSON.stringify([message])));
    }
  }

  #onFrame(kind: number, payload: Buffer): void {
    if (kind === MESSAGES_FRAME) {
      const messages = JSON.parse(payload.toString("utf8")) as In[];
      for (const message of messages) this.#handlers.onMessage(message);
    } else if (kind === CHUNK_FRAME) {
      const { streamId, flags, bytes } = readChunk(payload);
      this.#handlers.onChunk(streamId, flags, bytes);
    } else {
      throw new Error(`A frame of the unknown kind ${kind}: the stream is out of step.`);
    }
  }

  #onClosed(error?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.destroy();
    this.#handlers.onClose(error);
  }
}

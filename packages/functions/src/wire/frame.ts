/** A JSON array of messages. */
export const MESSAGES_FRAME = 0;
/** One piece of a body stream: u32 stream id, u8 flags, bytes. */
export const CHUNK_FRAME = 1;

/** Flags of a chunk frame. An ended or aborted stream gets no further chunk. */
export const CHUNK_MORE = 0;
export const CHUNK_END = 1;
export const CHUNK_ABORT = 2;

const HEADER_BYTES = 5;
const CHUNK_HEADER_BYTES = 5;
/** Far above anything legal: V8 cannot hold a string of this size. More means that the stream is out of step. */
const MAX_PAYLOAD_BYTES = 0x4000_0000;

/** A frame is `u32 payload length, u8 kind, payload`, big-endian. */
export function messagesFrame(json: string): Buffer {
  const length = Buffer.byteLength(json);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + length);
  frame.writeUInt32BE(length, 0);
  frame.writeUInt8(MESSAGES_FRAME, 4);
  frame.write(json, HEADER_BYTES);
  return frame;
}

/** Header of a chunk frame; the bytes follow it unchanged, so that they need not be copied. */
export function chunkFrameHeader(streamId: number, flags: number, byteCount: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES + CHUNK_HEADER_BYTES);
  header.writeUInt32BE(CHUNK_HEADER_BYTES + byteCount, 0);
  header.writeUInt8(CHUNK_FRAME, 4);
  header.writeUInt32BE(streamId, 5);
  header.writeUInt8(flags, 9);
  return header;
}

/** A chunk frame's payload, taken apart. `bytes` shares memory with the payload. */
export function readChunk(payload: Buffer): { streamId: number; flags: number; bytes: Buffer } {
  return {
    streamId: payload.readUInt32BE(0),
    flags: payload.readUInt8(4),
    bytes: payload.subarray(CHUNK_HEADER_BYTES),
  };
}

/**
 * Cuts a byte stream into frames, wherever the transport has split it. A frame that lies within one piece is handed
 * out without a copy; one that spans pieces is collected into a buffer of its final size, so that a large frame costs
 * one copy and not one per piece.
 */
export class FrameReader {
  readonly #onFrame: (kind: number, payload: Buffer) => void;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerFilled = 0;
  #payload: Buffer | undefined;
  #payloadFilled = 0;

  constructor(onFrame: (kind: number, payload: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** Takes the next piece. Throws when the stream cannot be one of frames. */
  push(piece: Buffer): void {
    let offset = 0;
    while (offset < piece.length) {
      if (this.#payload === undefined) {
        offset = this.#readHeader(piece, offset);
        if (this.#headerFilled < HEADER_BYTES) return;
        offset = this.#beginPayload(piece, offset);
      } else {
        offset = this.#continuePayload(this.#payload, piece, offset);
      }
    }
  }

  #readHeader(piece: Buffer, offset: number): number {
    const copied = piece.copy(this.#header, this.#headerFilled, offset, offset + HEADER_BYTES - this.#headerFilled);
    this.#headerFilled += copied;
    return offset + copied;
  }

  #beginPayload(piece: Buffer, offset: number): number {
    const length = this.#header.readUInt32BE(0);
    if (length > MAX_PAYLOAD_BYTES) throw new Error(`A frame of ${length} bytes: the stream is out of step.`);
    const end = offset + length;
    if (end <= piece.length) {
      this.#finish(piece.subarray(offset, end));
      return end;
    }
    this.#payload = Buffer.allocUnsafe(length);
    this.#payloadFilled = 0;
    return this.#continuePayload(this.#payload, piece, offset);
  }

  #continuePayload(payload: Buffer, piece: Buffer, offset: number): number {
    const copied = piece.copy(payload, this.#payloadFilled, offset);
    this.#payloadFilled += copied;
    if (this.#payloadFilled === payload.length) this.#finish(payload);
    return offset + copied;
  }

  #finish(payload: Buffer): void {
    const kind = this.#header.readUInt8(4);
    this.#headerFilled = 0;
    this.#payload = undefined;
    this.#onFrame(kind, payload);
  }
}

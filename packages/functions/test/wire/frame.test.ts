import fc from "fast-check";
import {
  CHUNK_END,
  CHUNK_FRAME,
  FrameReader,
  MESSAGES_FRAME,
  chunkFrameHeader,
  messagesFrame,
  readChunk,
} from "../../src/wire/frame";

interface SeenFrame {
  readonly kind: number;
  readonly payload: Buffer;
}

function readPieces(pieces: readonly Buffer[]): SeenFrame[] {
  const frames: SeenFrame[] = [];
  const reader = new FrameReader((kind, payload) => frames.push({ kind, payload: Buffer.from(payload) }));
  for (const piece of pieces) reader.push(piece);
  return frames;
}

function cutAt(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const cuts = [
    0,
    ...[...positions].map((position) => position % (bytes.length + 1)).sort((a, b) => a - b),
    bytes.length,
  ];
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}

const messages = fc.string({ unit: "grapheme" }).map((text) => messagesFrame(JSON.stringify([text])));
const chunks = fc
  .tuple(fc.nat(0xffff_ffff), fc.nat(2), fc.uint8Array({ maxLength: 40 }))
  .map(([stream, flags, bytes]) => Buffer.concat([chunkFrameHeader(stream, flags, bytes.length), bytes]));

describe("frames", () => {
  it("come out the same wherever the transport has split them", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(messages, chunks)), fc.array(fc.nat()), (frames, positions) => {
        const whole = Buffer.concat(frames);
        expect(readPieces(cutAt(whole, positions))).toEqual(frames.flatMap((frame) => readPieces([frame])));
      }),
    );
  });

  it("come out the same when they arrive byte by byte", () => {
    const frames = [messagesFrame('["ä€"]'), chunkFrameHeader(7, CHUNK_END, 0), messagesFrame("[]")];
    const bytes = [...Buffer.concat(frames)].map((byte) => Buffer.from([byte]));
    expect(readPieces(bytes).map(({ kind }) => kind)).toEqual([MESSAGES_FRAME, CHUNK_FRAME, MESSAGES_FRAME]);
  });

  it("carry a chunk with its stream and flags", () => {
    const [frame] = readPieces([chunkFrameHeader(4_000_000_000, CHUNK_END, 3), Buffer.from("abc")]);
    const chunk = readChunk(frame?.payload ?? Buffer.alloc(0));
    expect({ ...chunk, bytes: chunk.bytes.toString() }).toEqual({
      streamId: 4_000_000_000,
      flags: CHUNK_END,
      bytes: "abc",
    });
  });

  it("refuse a length that only a stream out of step can have", () => {
    expect(() => readPieces([Buffer.from([0xff, 0xff, 0xff, 0xff, 0])])).toThrow(/out of step/);
  });
});

import { Duplex } from "node:stream";
import { Connection } from "../../src/wire/connection";
import { CHUNK_MORE, chunkFrameHeader, messagesFrame } from "../../src/wire/frame";

/** A duplex that records each write and delivers what a test feeds it. */
class RecordingSocket extends Duplex {
  readonly writes: Buffer[][] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push([chunk]);
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.writes.push(chunks.map(({ chunk }) => chunk));
    done();
  }

  override _read(): void {
    // Tests push.
  }
}

interface Seen {
  readonly messages: unknown[];
  readonly chunks: string[];
  readonly closed: (Error | undefined)[];
}

function connect(): { socket: RecordingSocket; connection: Connection<unknown, unknown>; seen: Seen } {
  const socket = new RecordingSocket();
  const seen: Seen = { messages: [], chunks: [], closed: [] };
  const connection = new Connection<unknown, unknown>(socket, {
    onMessage: (message) => void seen.messages.push(message),
    onChunk: (stream, flags, bytes) => void seen.chunks.push(`${stream}/${flags}/${bytes.toString()}`),
    onClose: (error) => void seen.closed.push(error),
  });
  return { socket, connection, seen };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a connection", () => {
  it("writes the messages of one turn as one array in one write", async () => {
    const { socket, connection } = connect();
    connection.send({ n: 1 });
    await Promise.resolve();
    connection.send({ n: 2 });
    await nextTurn();
    expect(socket.writes).toEqual([[messagesFrame('[{"n":1},{"n":2}]')]]);
  });

  it("keeps chunks in their place among the messages, still in one write", async () => {
    const { socket, connection } = connect();
    connection.send("head");
    connection.sendChunk(5, CHUNK_MORE, Buffer.from("body"));
    connection.send("tail");
    await nextTurn();
    const bytes = Buffer.concat([
      messagesFrame('["head"]'),
      chunkFrameHeader(5, CHUNK_MORE, 4),
      Buffer.from("body"),
      messagesFrame('["tail"]'),
    ]);
    expect(socket.writes.map((write) => Buffer.concat(write))).toEqual([bytes]);
  });

  it("hands out what arrives, in order", async () => {
    const { socket, seen } = connect();
    socket.push(Buffer.concat([messagesFrame('[1,"two"]'), chunkFrameHeader(9, CHUNK_MORE, 2), Buffer.from("xy")]));
    await nextTurn();
    expect(seen).toEqual({ messages: [1, "two"], chunks: ["9/0/xy"], closed: [] });
  });

  it("writes at once when it is flushed", () => {
    const { socket, connection } = connect();
    connection.send("last words");
    connection.flush();
    expect(socket.writes).toHaveLength(1);
  });

  it("closes once, with the error, on bytes that are no frames", async () => {
    const { socket, seen } = connect();
    socket.push(Buffer.from([0, 0, 0, 1, 9, 0]));
    await nextTurn();
    await nextTurn();
    expect(seen.closed.map((error) => error?.message)).toEqual([expect.stringContaining("unknown kind 9")]);
    expect(socket.destroyed).toBe(true);
  });

  it("tells once that the other side has ended, and drops what is sent after", async () => {
    const { socket, connection, seen } = connect();
    socket.push(null);
    await nextTurn();
    connection.send("too late");
    await nextTurn();
    expect(seen.closed).toEqual([undefined]);
    expect(socket.writes).toEqual([]);
  });
});

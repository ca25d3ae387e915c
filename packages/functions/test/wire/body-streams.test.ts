import { BodyStreams, type BodyCancel, type BodyCredit } from "../../src/wire/body-streams";

const KIB = 1024;

/** Two ends that deliver to each other within the same turn, as one connection would a turn later. */
function pair(): { sender: BodyStreams; receiver: BodyStreams; sent: { bytes: number; credits: number } } {
  const sent = { bytes: 0, credits: 0 };
  const sender: BodyStreams = new BodyStreams({
    send: () => undefined,
    sendChunk: (stream, flags, bytes) => {
      sent.bytes += bytes.byteLength;
      receiver.onChunk(stream, flags, Buffer.from(bytes));
    },
  });
  const receiver: BodyStreams = new BodyStreams({
    send: (message: BodyCredit | BodyCancel) => {
      if (message.type === "bodyCancel") return sender.cancelOutgoing(message.stream);
      sent.credits += message.bytes;
      sender.onCredit(message);
    },
    sendChunk: () => undefined,
  });
  return { sender, receiver, sent };
}

async function* repeat(piece: Uint8Array, count: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index++) yield piece;
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("body streams", () => {
  it("deliver every byte in order", async () => {
    const { sender, receiver } = pair();
    const body = receiver.receive(1);
    const source = Buffer.from(Array.from({ length: 300 * KIB }, (_, index) => index % 251));
    const sending = sender.send(1, repeat(source, 3));
    const pieces: Uint8Array[] = [];
    for await (const piece of body) pieces.push(piece);
    await sending;
    expect(Buffer.concat(pieces).equals(Buffer.concat([source, source, source]))).toBe(true);
  });

  it("stop a sender whose reader does not read, and only that one", async () => {
    const { sender, receiver, sent } = pair();
    receiver.receive(1);
    void sender.send(1, repeat(Buffer.alloc(64 * KIB), 100));
    await settle();
    expect(sent.bytes).toBe(256 * KIB);

    const other = receiver.receive(2);
    void sender.send(2, repeat(Buffer.from("x"), 1));
    await expect(other.next()).resolves.toMatchObject({ done: false });
  });

  it("let the sender go on as the reader reads", async () => {
    const { sender, receiver, sent } = pair();
    const body = receiver.receive(1);
    void sender.send(1, repeat(Buffer.alloc(64 * KIB), 100));
    await settle();
    await body.next();
    await body.next();
    await settle();
    expect(sent.bytes).toBe((256 + 128) * KIB);
  });

  it("tell the source when the reader wants no more", async () => {
    const { sender, receiver } = pair();
    const body = receiver.receive(1);
    let closed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield* repeat(Buffer.alloc(64 * KIB), 100);
      } finally {
        closed = true;
      }
    }
    const sending = sender.send(1, source());
    await body.next();
    await body.return();
    await sending;
    await settle();
    expect(closed).toBe(true);
  });

  it("give the reader what came before its source failed, then the failure", async () => {
    const { sender, receiver } = pair();
    const body = receiver.receive(1);
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("some");
      throw new Error("disk on fire");
    }
    await expect(sender.send(1, source())).rejects.toThrow("disk on fire");
    await expect(body.next()).resolves.toMatchObject({ done: false });
    await expect(body.next()).rejects.toThrow("disk on fire");
  });

  it("end readers with an error and senders without one when the connection closes", async () => {
    const { sender, receiver } = pair();
    const body = receiver.receive(1);
    const sending = sender.send(1, repeat(Buffer.alloc(64 * KIB), 100));
    await settle();
    sender.close(new Error("gone"));
    receiver.close(new Error("gone"));
    await expect(sending).resolves.toBeUndefined();
    const rest = async (): Promise<void> => {
      for await (const piece of body) expect(piece.byteLength).toBe(64 * KIB);
    };
    await expect(rest()).rejects.toThrow("gone");
  });

  it("ignore chunks and credit for streams that are over", () => {
    const { sender, receiver } = pair();
    receiver.onChunk(77, 0, Buffer.from("late"));
    sender.onCredit({ type: "bodyCredit", stream: 77, bytes: 1 });
    expect(() => sender.cancelOutgoing(77)).not.toThrow();
  });
});

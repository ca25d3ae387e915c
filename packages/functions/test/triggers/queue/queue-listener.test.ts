import { ManualClock } from "@durable-host/testkit";
import { IdleDelay } from "../../../src/triggers/queue/idle-delay";
import type { PoisonQueue } from "../../../src/triggers/queue/poison-queue";
import { QueueListener, type QueueListenerSettings } from "../../../src/triggers/queue/queue-listener";
import { RecordingLogger } from "../../fixtures/recording-logger";

const SETTINGS: QueueListenerSettings = {
  batchSize: 16,
  newBatchThreshold: 8,
  maxDequeueCount: 5,
  visibilityTimeoutMs: 30_000,
  lockMs: 60_000,
  encoding: "none",
};

interface Options {
  /** What `receiveMessages` gives, one after the other; then nothing. An Error is thrown. */
  readonly batches?: readonly (readonly string[] | Error)[];
  readonly dequeueCount?: number;
  readonly run?: () => Promise<object>;
  readonly poison?: boolean;
}

function listen({ batches = [], dequeueCount = 1, run = () => Promise.resolve({}), poison = true }: Options) {
  const clock = new ManualClock();
  const logger = new RecordingLogger();
  const calls: unknown[][] = [];
  const left = [...batches];
  let wake = (): void => undefined;
  const poisonQueue: PoisonQueue = {
    name: "work-poison",
    add: (text) => Promise.resolve(void calls.push(["poison", text])),
  };
  const listener = new QueueListener({
    queueName: "work",
    functionName: "worker",
    dataType: undefined,
    settings: SETTINGS,
    idleDelay: new IdleDelay(1000, () => 0.5),
    clock,
    logger,
    run: () => {
      calls.push(["run"]);
      return run();
    },
    open: () =>
      Promise.resolve({
        access: {
          receiveMessages(options: unknown) {
            calls.push(["receive", options]);
            const batch = left.shift() ?? [];
            if (batch instanceof Error) return Promise.reject(batch);
            return Promise.resolve({ receivedMessageItems: batch.map((text) => message(text, dequeueCount)) });
          },
          updateMessage: (...given: unknown[]) => Promise.resolve(calls.push(["update", ...given])),
          deleteMessage: (...given: unknown[]) => Promise.resolve(calls.push(["delete", ...given])),
        } as never,
        poison: poison ? poisonQueue : undefined,
        onWritten(callback) {
          wake = callback;
          return () => (wake = () => undefined);
        },
      }),
  });
  const names = (): unknown[] => calls.map(([what]) => what);
  return { clock, logger, calls, names, listener, wake: () => wake() };
}

function message(messageText: string, dequeueCount: number) {
  const now = new Date(0);
  return {
    messageId: "m",
    popReceipt: "r",
    messageText,
    dequeueCount,
    insertedOn: now,
    expiresOn: now,
    nextVisibleOn: now,
  };
}

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}

describe("the listener of a queue", () => {
  it("looks at an empty queue less and less often, and at once when it is woken [FH68]", async () => {
    const { clock, names, listener, wake } = listen({});
    await listener.start();
    await settle();
    const looks: number[] = [];
    for (let time = 0; time < 1600; time += 100) {
      const before = names().length;
      clock.advance(100);
      await settle();
      if (names().length > before) looks.push(time + 100);
    }
    expect(looks).toEqual([100, 300, 700, 1500]);

    const before = names().length;
    wake();
    await settle();
    expect(names().length).toBe(before + 1);
    await listener.stop();
    expect(clock.pending).toBe(0);
  });

  it("looks again when it was woken while it looked", async () => {
    const { names, listener, wake } = listen({});
    await listener.start();
    wake();
    await settle();
    expect(names()).toEqual(["receive", "receive"]);
    await listener.stop();
  });

  it("hides what it takes for the time of the lock, and asks for a batch", async () => {
    const { calls, listener } = listen({});
    await listener.start();
    await listener.stop();
    expect(calls).toEqual([["receive", { numberOfMessages: 16, visibilityTimeout: 60 }]]);
  });

  it("shows a message that failed again after visibilityTimeout", async () => {
    const { calls, listener } = listen({ batches: [["text"]], run: () => Promise.reject(new Error("no")) });
    await listener.start();
    await settle();
    expect(calls).toContainEqual(["update", "m", "r", undefined, 30]);
    await listener.stop();
  });

  it("leaves a message hidden that failed where there is no poison queue", async () => {
    const failing = { batches: [["text"]], dequeueCount: 9, poison: false, run: () => Promise.reject(new Error("no")) };
    const { names, listener } = listen(failing);
    await listener.start();
    await settle();
    await listener.stop();
    expect(names().filter((name) => name !== "receive")).toEqual(["run"]);
  });

  it("gives a message back, and does not put it aside, when its last run fails while the host stops", async () => {
    let fail = (): void => undefined;
    const run = () => new Promise<object>((_resolve, reject) => (fail = () => reject(new Error("stopped"))));
    const { names, listener } = listen({ batches: [["text"]], dequeueCount: 5, run });
    await listener.start();
    await settle();
    const stopped = listener.stop();
    fail();
    await stopped;
    expect(names()).toContain("update");
    expect(names()).not.toContain("poison");
  });

  it("takes an absent queue for an empty one, without a word", async () => {
    const absent = Object.assign(new Error("The specified queue does not exist."), { code: "QueueNotFound" });
    const { logger, listener, clock } = listen({ batches: [absent] });
    await listener.start();
    await settle();
    expect(clock.pending).toBe(1);
    await listener.stop();
    expect(logger.records).toEqual([]);
  });

  it("tells of an outage once, in one line, and when it is over", async () => {
    const down = new Error("connect ECONNREFUSED\nRequestId:1");
    const { logger, listener, clock } = listen({ batches: [down, down] });
    await listener.start();
    for (let look = 0; look < 3; look++) {
      await settle();
      clock.advance(1000);
    }
    await listener.stop();
    expect(logger.records.map(({ message: text }) => text)).toEqual([
      `The queue 'work' of function "worker" cannot be read: connect ECONNREFUSED. It is tried again until it can.`,
      `The queue 'work' of function "worker" can be read again.`,
    ]);
  });
});

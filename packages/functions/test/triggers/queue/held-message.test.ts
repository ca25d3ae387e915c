import { ManualClock } from "@durable-host/testkit";
import { HeldMessage, type QueueAccess } from "../../../src/triggers/queue/held-message";
import { RecordingLogger } from "../../fixtures/recording-logger";

const LOCK_MS = 60_000;

/** A queue that notes what it is asked for; each update gives another receipt, unless it is to fail. */
function fakeQueue() {
  const calls: unknown[][] = [];
  let failure: unknown;
  const answer = <T>(value: T): Promise<T> =>
    failure === undefined ? Promise.resolve(value) : Promise.reject(failure);
  const access = {
    updateMessage(...given: unknown[]) {
      calls.push(["update", ...given]);
      return answer({ popReceipt: `receipt ${calls.length + 1}` });
    },
    deleteMessage(...given: unknown[]) {
      calls.push(["delete", ...given]);
      return answer({});
    },
  } as unknown as QueueAccess;
  return { access, calls, failWith: (error: unknown) => (failure = error) };
}

function hold() {
  const clock = new ManualClock();
  const logger = new RecordingLogger();
  const queue = fakeQueue();
  const held = new HeldMessage(
    { queue: queue.access, clock, logger, lockMs: LOCK_MS },
    { messageId: "m", popReceipt: "receipt 1" },
  );
  return { clock, logger, queue, held };
}

async function pass(clock: ManualClock, ms: number): Promise<void> {
  clock.advance(ms);
  await new Promise(setImmediate);
}

function refusal(statusCode: number): Error {
  return Object.assign(new Error("refused"), { statusCode });
}

describe("a message that is being processed", () => {
  it("is hidden anew at half of its time, each time with the latest receipt, and deleted with that", async () => {
    const { clock, queue, held } = hold();
    await pass(clock, LOCK_MS / 2);
    await pass(clock, LOCK_MS / 2);
    await held.delete();

    expect(queue.calls).toEqual([
      ["update", "m", "receipt 1", undefined, 60],
      ["update", "m", "receipt 2", undefined, 60],
      ["delete", "m", "receipt 3"],
    ]);
    expect(clock.pending).toBe(0);
  });

  it("waits for a renewal under way before it is deleted", async () => {
    const { clock, queue, held } = hold();
    clock.advance(LOCK_MS / 2);
    await held.delete();
    expect(queue.calls.at(-1)).toEqual(["delete", "m", "receipt 2"]);
    expect(clock.pending).toBe(0);
  });

  it("is shown again after a delay when it is given back", async () => {
    const { clock, queue, held } = hold();
    await held.release(1500);
    expect(queue.calls).toEqual([["update", "m", "receipt 1", undefined, 2]]);
    expect(clock.pending).toBe(0);
  });

  it("is renewed again after a renewal that failed", async () => {
    const { clock, queue, logger } = hold();
    queue.failWith(refusal(503));
    await pass(clock, LOCK_MS / 2);
    queue.failWith(undefined);
    await pass(clock, LOCK_MS / 2);
    expect(queue.calls.map(([what]) => what)).toEqual(["update", "update"]);
    expect(logger.records).toHaveLength(1);
  });

  it.each([400, 404])("is left alone once it was shown again (%i): somebody else may have it", async (status) => {
    const { clock, queue, held, logger } = hold();
    queue.failWith(refusal(status));
    await pass(clock, LOCK_MS / 2);
    await held.delete();

    expect(queue.calls.map(([what]) => what)).toEqual(["update"]);
    expect(logger.records.map(({ message }) => message)).toEqual([
      expect.stringContaining("shown again before its run had ended"),
    ]);
    expect(clock.pending).toBe(0);
  });

  it("tells its listener when it could not be deleted", async () => {
    const { queue, held } = hold();
    queue.failWith(refusal(503));
    await expect(held.delete()).rejects.toThrow("refused");
  });
});

import { ManualClock, waitUntil } from "@durable-host/testkit";
import { BlobListener } from "../../../src/triggers/blob/blob-listener";
import { blobPattern } from "../../../src/triggers/blob/blob-pattern";
import { RecordingLogger } from "../../fixtures/recording-logger";

interface Account {
  /** What reading the blob comes to. */
  readonly read: () => Promise<unknown>;
  /** What the receipt says when it is taken for the nth time; told how to say that it is lost. */
  readonly take: (attempt: number, onLost: () => void) => unknown;
  /** Absent: blobs can be noted as given up. */
  readonly poison?: () => Promise<void>;
}

/** A listener at a container with one blob. */
function aListener({ read, take, poison: note }: Account) {
  const [clock, logger, notes, runs] = [new ManualClock(), new RecordingLogger(), [] as string[], [] as unknown[]];
  let attempt = 0;
  const container = {
    listBlobsFlat: async function* () {
      yield { name: "a", properties: { etag: "e" } };
    },
    getBlobClient: () => ({ url: "http://a", getProperties: read, downloadToBuffer: async () => Buffer.from("x") }),
  };
  const receipts = {
    completed: async () => new Set<string>(),
    keyOf: () => "key",
    take: async (_key: string, onLost: () => void) => take(++attempt, onLost),
  };
  const poison = async ({ name }: { readonly name: string }) => {
    await note?.();
    notes.push(name);
  };
  const listener = new BlobListener({
    pattern: blobPattern("inbox"),
    functionName: "read",
    dataType: undefined,
    parallelism: 1,
    maxAttempts: 2,
    scanPauseMs: 1000,
    clock,
    logger,
    run: async (invocation) => {
      runs.push(invocation);
      return {};
    },
    open: async () => ({ container: container as never, receipts: receipts as never, poison }),
  });
  const told = (level: string) => logger.records.filter((each) => each.level === level).map(({ message }) => message);
  const until = (what: string, isSo: () => boolean) =>
    waitUntil(what, () => {
      clock.advance(1000);
      return isSo() ? true : undefined;
    });
  return { listener, notes, runs, told, until, takes: () => attempt };
}

const held = (attempt: number, isHeld = true) => ({
  attempt,
  keep: async () => isHeld,
  complete: async () => isHeld,
  release: async () => undefined,
});

describe("a blob that cannot be read", () => {
  const read = () => Promise.reject(new Error("The blob is archived."));

  it("is said to be so each time, before it is given up", async () => {
    const { listener, notes, told, until } = aListener({ read, take: (attempt) => held(attempt) });
    await listener.start();
    await until("it to be given up", () => notes.length > 0);
    await listener.stop();
    const message = `The blob 'a' could not be read for function "read": The blob is archived.`;
    expect(told("error")).toEqual([message, message]);
    expect(notes).toEqual(["a"]);
  });

  it("is let go of when it cannot be noted as given up, so that it is tried again", async () => {
    let releases = 0;
    const take = (attempt: number) => ({ ...held(attempt), release: async () => void releases++ });
    let isDown = true;
    const poison = async () => {
      if (isDown) throw new Error("The queue service is down.");
    };
    const { listener, notes, told, until, takes } = aListener({ read, take, poison });
    await listener.start();
    await until("a second attempt to give it up", () => takes() > 3);
    isDown = false;
    await until("it to be given up", () => notes.length > 0);
    await listener.stop();
    expect(releases).toBe(takes() - 1);
    expect(told("warn")).toContain(
      "The blob 'a' is looked at again, as what is known about it could not be read or written: The queue service is down.",
    );
  });

  it("is not given up by a host that has lost it", async () => {
    const take = (attempt: number) => (attempt > 3 ? "completed" : held(attempt, false));
    const { listener, notes, told, until, takes } = aListener({ read, take });
    await listener.start();
    await until("another host to have completed it", () => takes() > 3);
    await listener.stop();
    expect(notes).toEqual([]);
    expect(told("warn")).toEqual([]);
  });
});

describe("a blob that is lost to another host during its run", () => {
  it("is warned of, and looked at until the other host has completed it", async () => {
    const take = (attempt: number, onLost: () => void) => {
      if (attempt === 1) onLost();
      return [held(1, false), "taken", "completed"][attempt - 1];
    };
    const { listener, runs, told, until, takes } = aListener({ read: async () => ({}), take });
    await listener.start();
    await until("it to be completed", () => takes() === 3);
    await listener.stop();
    expect(runs).toHaveLength(1);
    expect(told("warn")).toEqual([
      `The lease for the blob 'inbox/a' was lost before its run in function "read" had ended: another host may run it, too, and what that comes to counts.`,
    ]);
  });
});

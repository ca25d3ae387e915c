import { ManualClock, waitUntil } from "@durable-host/testkit";
import { BlobListener } from "../../../src/triggers/blob/blob-listener";
import { blobPattern } from "../../../src/triggers/blob/blob-pattern";
import { RecordingLogger } from "../../fixtures/recording-logger";

/** A container with one blob that can be listed and not be read. */
function unreadable(notes: string[]) {
  let attempt = 0;
  const settle = async () => undefined;
  return {
    container: {
      listBlobsFlat: async function* () {
        yield { name: "archived", properties: { etag: "e" } };
      },
      getBlobClient: () => ({ getProperties: () => Promise.reject(new Error("The blob is archived.")) }),
    } as never,
    receipts: {
      completed: async () => new Set<string>(),
      keyOf: () => "key",
      take: async () => ({ attempt: ++attempt, complete: settle, release: settle }),
    } as never,
    poison: async ({ name }: { readonly name: string }) => void notes.push(name),
  };
}

describe("a blob that cannot be read", () => {
  it("is said to be so each time, before it is given up", async () => {
    const [clock, logger, notes] = [new ManualClock(), new RecordingLogger(), [] as string[]];
    const listener = new BlobListener({
      pattern: blobPattern("inbox"),
      functionName: "read",
      dataType: undefined,
      parallelism: 1,
      maxAttempts: 2,
      scanPauseMs: 1000,
      clock,
      logger,
      run: () => Promise.reject(new Error("never")),
      open: async () => unreadable(notes),
    });
    await listener.start();
    await waitUntil("it to be given up", () => {
      clock.advance(1000);
      return notes.length > 0 ? true : undefined;
    });
    await listener.stop();
    const errors = logger.records.filter(({ level }) => level === "error").map(({ message }) => message);
    const message = `The blob 'archived' could not be read for function "read": The blob is archived.`;
    expect(errors).toEqual([message, message]);
    expect(notes).toEqual(["archived"]);
  });
});

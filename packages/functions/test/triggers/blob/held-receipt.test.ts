import { ManualClock } from "@durable-host/testkit";
import { HeldReceipt } from "../../../src/triggers/blob/held-receipt";

/** A receipt that is held; each call of the service is noted, and fails with the next of the failures, if there is one. */
function hold() {
  const clock = new ManualClock();
  const calls: string[] = [];
  const failures: (number | undefined)[] = [];
  let losses = 0;
  const answer = async (call: string): Promise<never> => {
    calls.push(call);
    const statusCode = failures.shift();
    if (statusCode !== undefined) throw Object.assign(new Error("refused"), { statusCode });
    return {} as never;
  };
  const held = new HeldReceipt({
    blob: { setMetadata: (metadata, options) => answer(`write ${JSON.stringify([metadata, options?.conditions])}`) },
    lease: { leaseId: "L", renewLease: () => answer("renew"), releaseLease: () => answer("release") },
    attempt: 2,
    clock,
    onLost: () => losses++,
  });
  const pass = async (): Promise<void> => {
    clock.advance(30_000);
    await new Promise(setImmediate);
  };
  return { clock, calls, failures, held, pass, losses: () => losses };
}

const WRITE = 'write [{"attempts":"2"},{"leaseId":"L"}]';

describe("the receipt of a blob that is being processed", () => {
  it("has its lease renewed at half of its time, and is completed under it", async () => {
    const { clock, calls, held, pass, losses } = hold();
    await pass();
    await pass();
    expect(await held.complete()).toBe(true);
    expect(calls).toEqual(["renew", "renew", WRITE, "release"]);
    expect([clock.pending, losses()]).toEqual([0, 0]);
  });

  it("waits for a renewal under way before it is completed or released", async () => {
    const { clock, calls, held } = hold();
    clock.advance(30_000);
    await held.release();
    expect(calls).toEqual(["renew", "release"]);
    expect(clock.pending).toBe(0);
  });

  it("is renewed again after a renewal that was not answered", async () => {
    const { calls, failures, held, pass, losses } = hold();
    failures.push(503);
    await pass();
    await pass();
    expect(await held.keep()).toBe(true);
    expect(calls).toEqual(["renew", "renew", "renew"]);
    expect(losses()).toBe(0);
  });

  it.each([404, 409, 412])("is left alone once its lease is lost (%i), which is said once", async (status) => {
    const { clock, calls, failures, held, pass, losses } = hold();
    failures.push(status);
    await pass();
    await pass();
    expect([await held.keep(), await held.complete()]).toEqual([false, false]);
    await held.release();
    expect(calls).toEqual(["renew"]);
    expect([clock.pending, losses()]).toEqual([0, 1]);
  });

  it("is completed when its lease has run out and nobody has taken it", async () => {
    const { calls, failures, held, losses } = hold();
    failures.push(412);
    expect(await held.complete()).toBe(true);
    expect(calls).toEqual([WRITE, "renew", WRITE, "release"]);
    expect(losses()).toBe(0);
  });

  it("is not completed when that turns out to be lost only then", async () => {
    const { clock, calls, failures, held, losses } = hold();
    failures.push(412, 409);
    expect(await held.complete()).toBe(false);
    expect(calls).toEqual([WRITE, "renew"]);
    expect([clock.pending, losses()]).toEqual([0, 1]);
  });

  it("is found to be lost when it is released or made sure of", async () => {
    const released = hold();
    released.failures.push(409);
    await released.held.release();
    expect(released.losses()).toBe(1);
    const kept = hold();
    kept.failures.push(409);
    expect(await kept.held.keep()).toBe(false);
    expect([kept.losses(), kept.clock.pending]).toEqual([1, 0]);
  });

  it("tells its listener when it could not be completed or released", async () => {
    const { failures, held } = hold();
    failures.push(503, 503);
    await expect(held.complete()).rejects.toThrow("refused");
    await expect(held.release()).rejects.toThrow("refused");
  });
});

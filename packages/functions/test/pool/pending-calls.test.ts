import { ManualClock } from "@durable-host/testkit";
import { FunctionTimeoutError, OutputError, PendingCalls } from "../../src/pool/pending-calls";

function setUp(timeoutMs: number | undefined): { clock: ManualClock; calls: PendingCalls; timeouts: () => number } {
  const clock = new ManualClock();
  let timeouts = 0;
  const calls = new PendingCalls(clock, timeoutMs, () => void timeouts++);
  return { clock, calls, timeouts: () => timeouts };
}

describe("pending calls", () => {
  it("settle once, by id", async () => {
    const { calls } = setUp(undefined);
    const [first, second] = [calls.add<string>(1, "a"), calls.add<string>(2, "b")];
    calls.settle(2, "two");
    calls.settle(2, "again");
    calls.fail(1, new Error("one"));
    await expect(second).resolves.toBe("two");
    await expect(first).rejects.toThrow("one");
    expect(calls.size).toBe(0);
  });

  it("use no timer without a limit, and one for all with a limit", () => {
    const without = setUp(undefined);
    void without.calls.add(1, "a");
    expect(without.clock.pending).toBe(0);

    const withLimit = setUp(1000);
    for (let id = 0; id < 50; id++) void withLimit.calls.add(id, "a");
    expect(withLimit.clock.pending).toBe(1);
  });

  it("fail each call when its own time is over", async () => {
    const { clock, calls, timeouts } = setUp(1000);
    const first = calls.add(1, "a");
    clock.advance(600);
    const second = calls.add(2, "b");
    clock.advance(400);
    await expect(first).rejects.toThrow(FunctionTimeoutError);
    expect(calls.size).toBe(1);
    clock.advance(599);
    expect(calls.size).toBe(1);
    clock.advance(1);
    await expect(second).rejects.toThrow("00:00:01 was exceeded by function 'Functions.b'");
    expect(timeouts()).toBe(2);
  });

  it("do not fail a call for the age of an answered one", () => {
    const { clock, calls, timeouts } = setUp(1000);
    void calls.add(1, "a");
    clock.advance(900);
    calls.settle(1, null);
    void calls.add(2, "b");
    clock.advance(900);
    expect(calls.size).toBe(1);
    expect(timeouts()).toBe(0);
  });

  it("fail together when the worker is lost", async () => {
    const { calls } = setUp(1000);
    const lost = [calls.add(1, "a"), calls.add(2, "b")];
    calls.failAll((name) => new Error(`lost ${name}`));
    await expect(Promise.allSettled(lost)).resolves.toMatchObject([
      { reason: { message: "lost a" } },
      { reason: { message: "lost b" } },
    ]);
  });

  it("are answered when what the function has set is delivered, and not before", async () => {
    const { calls } = setUp(undefined);
    let delivered = (): void => undefined;
    const delivery = (values: unknown) =>
      new Promise<void>(
        (resolve) => (delivered = () => (expect(values).toEqual([{ name: "out", data: {} }]), resolve())),
      );
    let answer: unknown;
    const call = calls.add(1, "a", delivery).then((value) => (answer = value));
    calls.deliver(1, [{ name: "out", data: {} }]);
    calls.settle(1, "done");
    await new Promise(setImmediate);
    expect(answer).toBeUndefined();

    delivered();
    await call;
    expect(answer).toBe("done");
  });

  it("fail when that cannot be delivered", async () => {
    const { calls } = setUp(undefined);
    const call = calls.add(1, "a", () => Promise.reject(new Error("full")));
    calls.deliver(1, []);
    calls.settle(1, "done");
    await expect(call).rejects.toThrow(OutputError);
    await expect(call).rejects.toThrow("An output of function 'a' could not be delivered: full");
  });

  it("deliver nothing for a call that nobody waits for any more", () => {
    const { calls } = setUp(undefined);
    expect(() => calls.deliver(7, [{ name: "out", data: {} }])).not.toThrow();
  });
});

import { Pacer } from "../../src/testing/pacer";
import { VirtualClock } from "../../src/testing/virtual-clock";

const never = async () => new Error("for ever");

/** A pacer over a list of due times; what is due is noted, and taken out, when time comes to it. */
function aPacer(...due: number[]) {
  const clock = new VirtualClock(0);
  const state = { busy: false, passed: [] as number[] };
  const watch = (): void => {
    while (due[0] !== undefined && due[0] <= clock.now()) state.passed.push(due.shift() ?? 0);
  };
  const pacer: Pacer = new Pacer({
    clock,
    isIdle: () => !state.busy,
    nextDueAt: () => {
      watch();
      return due[0];
    },
  });
  return { clock, pacer, state };
}

describe("a pacer", () => {
  it("moves time from one due time to the next, until what is waited for has come", async () => {
    const { clock, pacer } = aPacer(10, 20, 30);
    const seen: number[] = [];
    const found = await pacer.until(async () => {
      seen.push(clock.now());
      return clock.now() >= 20 ? "found" : undefined;
    }, never);

    expect(found).toBe("found");
    expect([...new Set(seen)]).toEqual([0, 10, 20]);
    expect(clock.now()).toBe(20);
  });

  it("does not move time while something is being done", async () => {
    const { clock, pacer, state } = aPacer(10);
    state.busy = true;
    const reached = pacer.until(async () => (clock.now() >= 10 ? true : undefined), never);
    setTimeout(() => {
      expect(clock.now()).toBe(0);
      state.busy = false;
      pacer.changed();
    }, 5);

    await expect(reached).resolves.toBe(true);
  });

  it("rejects what nothing can bring about any more, with an explanation", async () => {
    const { clock, pacer } = aPacer(10);

    await expect(pacer.until(async () => undefined, never)).rejects.toThrow("for ever");
    expect(clock.now()).toBe(10);
  });

  it("rejects also when it cannot be explained, and serves whoever waits next", async () => {
    const { pacer } = aPacer();
    const unexplained = () => Promise.reject(new Error("no explanation"));

    await expect(pacer.until(async () => undefined, unexplained)).rejects.toThrow("no explanation");
    await expect(pacer.until(async () => "found", never)).resolves.toBe("found");
  });

  it("rejects with what looking has failed with", async () => {
    await expect(aPacer().pacer.until(() => Promise.reject(new Error("gone")), never)).rejects.toThrow("gone");
  });

  it("settles without moving time, and moves to a time by way of what is due", async () => {
    const { clock, pacer, state } = aPacer(10, 20, 40);
    await pacer.settled();
    expect(clock.now()).toBe(0);
    await pacer.advanceTo(30);
    expect(clock.now()).toBe(30);
    expect(state.passed).toEqual([10, 20]);
  });

  it("lets who has got something act before time moves for the others", async () => {
    const { clock, pacer } = aPacer(10);
    const last = pacer.until(async () => (clock.now() >= 10 ? true : undefined), never);
    await pacer.until(async () => true, never);
    expect(clock.now()).toBe(0);

    await last;
    expect(clock.now()).toBe(10);
  });

  it("fails all waits with the first failure, also those to come", async () => {
    const { pacer } = aPacer();
    const waiting = pacer.until(async () => undefined, never);
    pacer.fail(new Error("broken"));
    pacer.fail(new Error("later"));

    await expect(waiting).rejects.toThrow("broken");
    await expect(pacer.settled()).rejects.toThrow("broken");
  });

  it("moves time for alarms that somebody waits for", async () => {
    const { clock, pacer } = aPacer();
    let rung = false;
    clock.awaited.schedule(7, () => (rung = true));
    await pacer.until(async () => (rung ? true : undefined), never);

    expect(clock.now()).toBe(7);
  });
});

import { VirtualClock } from "../../src/testing/virtual-clock";

describe("a virtual clock", () => {
  it("stands still until it is moved, and never goes back", () => {
    const clock = new VirtualClock(1_000);
    clock.moveTo(500);
    expect(clock.now()).toBe(1_000);
    clock.moveTo(2_000);
    expect(clock.now()).toBe(2_000);
  });

  it("rings what is due in order of time, and of setting for one time", () => {
    const clock = new VirtualClock(0);
    const rung: string[] = [];
    clock.schedule(20, () => rung.push("c"));
    clock.awaited.schedule(10, () => rung.push("a"));
    clock.schedule(10, () => rung.push("b"));
    clock.schedule(31, () => rung.push("not yet"));
    clock.moveTo(30);

    expect(rung).toEqual(["b", "a", "c"]);
  });

  it("rings an alarm that repeats once for a move, however long", () => {
    const clock = new VirtualClock(0);
    let rings = 0;
    const repeat = (): void => {
      rings++;
      clock.schedule(1_000, repeat);
    };
    clock.schedule(1_000, repeat);
    clock.moveTo(30 * 24 * 60 * 60 * 1000);

    expect(rings).toBe(1);
  });

  it("rings what is due at once when it is moved to where it is", () => {
    const clock = new VirtualClock(5);
    const rung: string[] = [];
    clock.schedule(0, () => {
      rung.push("first");
      clock.schedule(-1, () => rung.push("second"));
    });
    expect(rung).toEqual([]);
    clock.moveTo(5);
    expect(rung).toEqual(["first", "second"]);
  });

  it("tells only when the next alarm is due that somebody waits for", () => {
    const clock = new VirtualClock(100);
    clock.schedule(1, () => undefined);
    expect(clock.nextAwaitedAt).toBeUndefined();
    clock.awaited.schedule(50, () => undefined);
    const cancel = clock.awaited.schedule(20, () => undefined);
    expect(clock.nextAwaitedAt).toBe(120);
    cancel();
    expect(clock.nextAwaitedAt).toBe(150);
    clock.moveTo(150);
    expect(clock.nextAwaitedAt).toBeUndefined();
  });
});

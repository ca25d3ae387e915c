import { ManualClock } from "@durable-host/testkit";
import { createImpatientClock } from "../../../src/durable/target/impatient-clock";

const DAY_MS = 86_400_000;

describe("a clock for a store where nothing happens", () => {
  it("has waited at once, and is that much later", async () => {
    const manual = new ManualClock();
    const clock = createImpatientClock(manual);
    const before = clock.now();
    await new Promise<void>((resolve) => void clock.schedule(DAY_MS, resolve));
    expect(clock.now()).toBe(before + DAY_MS);
  });

  it("does not call back whoever has stopped waiting", async () => {
    const clock = createImpatientClock(new ManualClock());
    const called: string[] = [];
    const cancel = clock.schedule(5, () => called.push("canceled"));
    cancel();
    await new Promise<void>((resolve) => void clock.schedule(5, resolve));
    expect(called).toEqual([]);
  });
});

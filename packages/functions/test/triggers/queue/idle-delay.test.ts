import { IdleDelay } from "../../../src/triggers/queue/idle-delay";

describe("pauses between looks at an empty queue", () => {
  it("double up to the longest, and begin anew when there was something [FH68]", () => {
    const delay = new IdleDelay(1000, () => 0.5);
    expect([1, 2, 3, 4, 5, 6].map(() => delay.next())).toEqual([100, 200, 400, 800, 1000, 1000]);
    delay.reset();
    expect(delay.next()).toBe(100);
  });

  it("differ by a fifth at most, and never exceed the longest", () => {
    expect(new IdleDelay(1000, () => 0).next()).toBe(80);
    expect(new IdleDelay(1000, () => 1).next()).toBe(120);
    expect(new IdleDelay(100, () => 1).next()).toBe(100);
  });
});

import { ManualClock } from "@durable-host/testkit";
import { ServerTime } from "../../src/work/server-time";

const MINUTE_MS = 60_000;

describe("the server's time", () => {
  let clock: ManualClock;
  let time: ServerTime;
  beforeEach(() => {
    clock = new ManualClock();
    time = new ServerTime(clock);
  });

  /** An answer that was `wayMs` on its way, of a server whose clock is `aheadMs` ahead. */
  function observe(aheadMs: number, wayMs = 0): void {
    const askedAt = clock.now();
    clock.advance(wayMs);
    time.observe(askedAt + aheadMs, askedAt);
  }

  it("is this process's while the clocks differ by no more than a round trip may", () => {
    observe(1_500);
    expect(time.offset).toBe(0);
  });

  it("follows a server whose clock is far ahead, or far behind", () => {
    observe(MINUTE_MS);
    expect(time.toLocal(clock.now() + MINUTE_MS)).toBe(clock.now());
    observe(-MINUTE_MS);
    expect(time.toLocal(clock.now() - MINUTE_MS)).toBe(clock.now());
  });

  it("learns nothing from an answer that was long on its way", () => {
    observe(0, MINUTE_MS);
    expect(time.offset).toBe(0);
    observe(-5 * MINUTE_MS);
    observe(-5 * MINUTE_MS, MINUTE_MS);
    expect(time.offset).toBe(-5 * MINUTE_MS);
  });

  it("takes the middle where an answer that was long on its way is all there is to go by", () => {
    observe(5 * MINUTE_MS, 2 * MINUTE_MS);
    expect(time.offset).toBe(4 * MINUTE_MS);
  });

  it("comes back when the clocks agree again", () => {
    observe(MINUTE_MS);
    observe(100);
    expect(time.offset).toBe(0);
  });
});

import { StayAwake } from "../../src/wire/stay-awake";

/** A clock and an event loop in the test's hands; times are milliseconds. */
function aLoop() {
  const loop = { now: 0, planned: [] as (() => void)[] };
  jest.spyOn(performance, "now").mockImplementation(() => loop.now);
  jest.spyOn(global, "setImmediate").mockImplementation(((turn: () => void) => {
    loop.planned.push(turn);
  }) as unknown as typeof setImmediate);
  return loop;
}

afterEach(() => jest.restoreAllMocks());

/** Sends and gets an answer after this time, often enough for the average to follow. */
function exchange(awake: StayAwake, loop: ReturnType<typeof aLoop>, ms: number): void {
  for (let i = 0; i < 50; i++) {
    awake.sent();
    loop.now += ms;
    awake.received();
    for (const turn of loop.planned.splice(0)) turn();
  }
  loop.planned.length = 0;
}

describe("staying awake for an answer", () => {
  it("lets the process sleep until answers have been quick", () => {
    const loop = aLoop();
    const awake = new StayAwake();
    awake.sent();
    expect(loop.planned).toEqual([]);
  });

  it("turns the loop while a quick answer is due, and not after it has come", () => {
    const loop = aLoop();
    const awake = new StayAwake();
    exchange(awake, loop, 0.1);
    awake.sent();
    expect(loop.planned).toHaveLength(1);
    loop.planned.shift()?.();
    expect(loop.planned).toHaveLength(1);
    awake.received();
    loop.planned.shift()?.();
    expect(loop.planned).toEqual([]);
  });

  it("gives up when the answer takes longer than it should", () => {
    const loop = aLoop();
    const awake = new StayAwake();
    exchange(awake, loop, 0.1);
    awake.sent();
    loop.now += 1;
    loop.planned.shift()?.();
    expect(loop.planned).toEqual([]);
  });

  it("spends nothing where answers are slow", () => {
    const loop = aLoop();
    const awake = new StayAwake();
    exchange(awake, loop, 0.1);
    exchange(awake, loop, 20);
    awake.sent();
    expect(loop.planned).toEqual([]);
  });
});

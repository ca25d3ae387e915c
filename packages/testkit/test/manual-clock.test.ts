import { ManualClock } from "../src";

it("stands still until it is told to move", () => {
  const clock = new ManualClock(1_000);
  const called = jest.fn();
  clock.schedule(0, called);
  expect(clock.now()).toBe(1_000);
  expect(called).not.toHaveBeenCalled();
  clock.advance(0);
  expect(called).toHaveBeenCalledTimes(1);
});

it("calls back once, at the time asked for", () => {
  const clock = new ManualClock(0);
  const called = jest.fn();
  clock.schedule(100, called);
  clock.advance(99);
  expect(called).not.toHaveBeenCalled();
  clock.advance(1);
  clock.advance(1_000);
  expect(called).toHaveBeenCalledTimes(1);
});

it("calls back in order of time, and in order of scheduling for one time, each seeing its own time", () => {
  const clock = new ManualClock(0);
  const calls: [name: string, time: number][] = [];
  for (const [name, delay] of [
    ["c", 30],
    ["a", 10],
    ["b1", 20],
    ["b2", 20],
  ] as const) {
    clock.schedule(delay, () => calls.push([name, clock.now()]));
  }
  clock.advance(100);
  expect(calls).toEqual([
    ["a", 10],
    ["b1", 20],
    ["b2", 20],
    ["c", 30],
  ]);
  expect(clock.now()).toBe(100);
});

it("runs on the way what a callback schedules", () => {
  const clock = new ManualClock(0);
  const times: number[] = [];
  const again = () => {
    times.push(clock.now());
    clock.schedule(10, again);
  };
  clock.schedule(10, again);
  clock.advance(35);
  expect(times).toEqual([10, 20, 30]);
  expect(clock.pending).toBe(1);
});

it("does not call back what was cancelled", () => {
  const clock = new ManualClock();
  const called = jest.fn();
  const cancel = clock.schedule(10, called);
  cancel();
  cancel();
  clock.advance(10);
  expect(called).not.toHaveBeenCalled();
  expect(clock.pending).toBe(0);
});

it("reaches far beyond what a platform timer can", () => {
  const clock = new ManualClock(0);
  const called = jest.fn();
  clock.schedule(400 * 24 * 3_600_000, called);
  clock.advance(400 * 24 * 3_600_000);
  expect(called).toHaveBeenCalledTimes(1);
});

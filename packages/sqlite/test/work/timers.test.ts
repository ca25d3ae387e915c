import { Timers } from "../../src/work/timers";

it("runs what is due in order of time, then of setting", () => {
  const timers = new Timers();
  const ran: string[] = [];
  timers.set(20, () => ran.push("later"));
  timers.set(10, () => ran.push("first"));
  timers.set(10, () => ran.push("second"));
  timers.set(21, () => ran.push("not yet"));
  timers.run(20);
  expect(ran).toEqual(["first", "second", "later"]);
  expect(timers.nextAt).toBe(21);
});

it("runs each timer once", () => {
  const timers = new Timers();
  const wake = jest.fn();
  timers.set(10, wake);
  timers.run(10);
  timers.run(10);
  expect(wake).toHaveBeenCalledTimes(1);
  expect(timers.nextAt).toBeUndefined();
});

it("keeps nothing of a cancelled timer, however far in the future it was", () => {
  const timers = new Timers();
  const wake = jest.fn();
  const timer = timers.set(Number.MAX_SAFE_INTEGER, wake);
  timers.cancel(timer);
  timers.cancel(timer);
  expect(timers.size).toBe(0);
  timers.run(Number.MAX_SAFE_INTEGER);
  expect(wake).not.toHaveBeenCalled();
});

it("runs at once what a due timer sets for the past", () => {
  const timers = new Timers();
  const wake = jest.fn();
  timers.set(10, () => timers.set(5, wake));
  timers.run(10);
  expect(wake).toHaveBeenCalledTimes(1);
});

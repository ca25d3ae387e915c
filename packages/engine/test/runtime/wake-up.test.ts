import { ManualClock } from "@durable-host/testkit";
import { WakeUp } from "../../src/runtime/wake-up";

function aWakeUp() {
  const clock = new ManualClock(0);
  const times: number[] = [];
  return { clock, times, wakeUp: new WakeUp(clock, () => times.push(clock.now())) };
}

it("wakes at the earliest time asked for", () => {
  const { clock, times, wakeUp } = aWakeUp();
  wakeUp.at(100);
  wakeUp.at(50);
  wakeUp.at(200);
  wakeUp.at(undefined);
  clock.advance(60);
  expect(times).toEqual([50]);
  expect(clock.pending).toBe(0);
});

it("wakes as soon as it can for a time that is past", () => {
  const { clock, times, wakeUp } = aWakeUp();
  clock.advance(100);
  wakeUp.at(10);
  clock.advance(0);
  expect(times).toEqual([100]);
});

it("sets no second alarm for a later time", () => {
  const { clock, wakeUp } = aWakeUp();
  for (let at = 10; at < 100; at++) wakeUp.at(at);
  expect(clock.pending).toBe(1);
});

it("stays silent after it was cancelled", () => {
  const { clock, times, wakeUp } = aWakeUp();
  wakeUp.at(10);
  wakeUp.cancel();
  clock.advance(20);
  expect(times).toEqual([]);
});

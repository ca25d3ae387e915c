import { ManualClock, silentLogger } from "@durable-host/testkit";
import { PauseCheckpoints } from "../../src/connection/checkpoints";

function aStoreWithPauses() {
  const clock = new ManualClock();
  const checkpoint = jest.fn();
  return { clock, checkpoint, checkpoints: new PauseCheckpoints({ checkpoint }, clock, silentLogger) };
}

it("copies the log once in a pause, and not again before there is something new", () => {
  const { clock, checkpoint, checkpoints } = aStoreWithPauses();
  checkpoints.afterFlush();
  checkpoints.afterFlush();
  clock.advance(60_000);
  expect(checkpoint).toHaveBeenCalledTimes(1);
  checkpoints.afterFlush();
  clock.advance(500);
  expect(checkpoint).toHaveBeenCalledTimes(2);
});

it("does not copy while flushes follow each other", () => {
  const { clock, checkpoint, checkpoints } = aStoreWithPauses();
  for (let flush = 0; flush < 100; flush++) {
    checkpoints.afterFlush();
    clock.advance(499);
  }
  expect(checkpoint).not.toHaveBeenCalled();
  clock.advance(1);
  expect(checkpoint).toHaveBeenCalledTimes(1);
});

it("goes on after a copy that failed", () => {
  const { clock, checkpoint, checkpoints } = aStoreWithPauses();
  checkpoint.mockImplementationOnce(() => {
    throw new Error("no space");
  });
  checkpoints.afterFlush();
  clock.advance(500);
  checkpoints.afterFlush();
  clock.advance(500);
  expect(checkpoint).toHaveBeenCalledTimes(2);
});

it("leaves no alarm behind when it is cancelled", () => {
  const { clock, checkpoint, checkpoints } = aStoreWithPauses();
  checkpoints.afterFlush();
  checkpoints.cancel();
  clock.advance(10_000);
  expect(checkpoint).not.toHaveBeenCalled();
  expect(clock.pending).toBe(0);
});

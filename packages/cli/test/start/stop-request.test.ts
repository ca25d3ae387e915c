import { EventEmitter } from "node:events";
import { listenForStop } from "../../src/start/stop-request";

function listen() {
  const signals = new EventEmitter();
  let stoppedNow = 0;
  const { made } = listenForStop(signals, () => stoppedNow++);
  return { signals, made, stoppedNow: () => stoppedNow };
}

describe("stop request", () => {
  it.each(["SIGTERM", "SIGINT"])("is made by the first %s", async (signal) => {
    const { signals, made, stoppedNow } = listen();
    signals.emit(signal);
    await made;
    expect(stoppedNow()).toBe(0);
  });

  it("becomes urgent with a second Ctrl+C, not with a second SIGTERM", () => {
    const { signals, stoppedNow } = listen();
    signals.emit("SIGTERM");
    signals.emit("SIGTERM");
    expect(stoppedNow()).toBe(0);
    signals.emit("SIGINT");
    expect(stoppedNow()).toBe(1);
  });
});

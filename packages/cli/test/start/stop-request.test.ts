import { EventEmitter } from "node:events";
import { listenForStop } from "../../src/start/stop-request";

function listen() {
  const signals = new EventEmitter();
  let stoppedNow = 0;
  let time = 0;
  const { made } = listenForStop(
    signals,
    () => stoppedNow++,
    () => time,
  );
  return { signals, made, pass: (ms: number) => (time += ms), stoppedNow: () => stoppedNow };
}

describe("stop request", () => {
  it.each(["SIGTERM", "SIGINT"])("is made by the first %s", async (signal) => {
    const { signals, made, stoppedNow } = listen();
    signals.emit(signal);
    await made;
    expect(stoppedNow()).toBe(0);
  });

  it("becomes urgent with a second signal", () => {
    const { signals, pass, stoppedNow } = listen();
    signals.emit("SIGTERM");
    pass(1000);
    signals.emit("SIGTERM");
    expect(stoppedNow()).toBe(1);
    signals.emit("SIGINT");
    expect(stoppedNow()).toBe(2);
  });

  it("becomes urgent with a second Ctrl+C at once, but not with a SIGTERM that a parent passes on", () => {
    const { signals, stoppedNow } = listen();
    signals.emit("SIGTERM");
    signals.emit("SIGTERM");
    expect(stoppedNow()).toBe(0);
    signals.emit("SIGINT");
    expect(stoppedNow()).toBe(1);
  });
});

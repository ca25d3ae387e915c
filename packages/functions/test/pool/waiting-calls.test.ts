import { ManualClock } from "@durable-host/testkit";
import { LONGEST_REQUEST_WAIT_MS, MOST_WAITING_REQUESTS, WaitingCalls } from "../../src/pool/waiting-calls";
import { RecordingLogger } from "../fixtures/recording-logger";

function aPlace() {
  const clock = new ManualClock();
  const logger = new RecordingLogger();
  const calls = new WaitingCalls(clock, logger);
  const request = (signal = new AbortController().signal) => calls.waitForRequest(signal);
  return { clock, calls, request, warnings: () => logger.records.map(({ message }) => message) };
}

const unavailable = (message: string) =>
  expect.objectContaining({ code: "WORKER_UNAVAILABLE", message: expect.stringContaining(message) });

describe("calls that wait for an app worker", () => {
  it("go on when one is ready, in the order in which they came", async () => {
    const { clock, calls, request, warnings } = aPlace();
    const order: string[] = [];
    const waiting = [
      calls.wait().then(() => order.push("activity")),
      request().then(() => order.push("request")),
      request().then(() => order.push("another")),
    ];
    calls.wake();
    await Promise.all(waiting);
    expect([...order].sort()).toEqual(["activity", "another", "request"]);
    expect(order.indexOf("request")).toBeLessThan(order.indexOf("another"));
    expect([clock.pending, warnings()]).toEqual([0, []]);
  });

  it("wait for ever, but for requests, which are told after a while that there is none", async () => {
    const { clock, calls, request, warnings } = aPlace();
    let isOver = false;
    const activity = calls.wait().then(() => (isOver = true));
    const refused = Promise.all([1, 2].map(() => expect(request()).rejects.toEqual(unavailable("for 30 seconds"))));
    clock.advance(LONGEST_REQUEST_WAIT_MS);
    await refused;
    expect(isOver).toBe(false);
    expect(warnings()).toEqual([
      "Requests are answered 503 until an app worker is ready: none has been for 30 seconds.",
    ]);
    calls.wake();
    await activity;
  });

  it("are refused at once when too many requests wait, until some of these have gone", async () => {
    const { clock, calls, request, warnings } = aPlace();
    const waiting = Array.from({ length: MOST_WAITING_REQUESTS }, () => request());
    await expect(request()).rejects.toEqual(unavailable("1000 requests wait for one already"));
    await expect(request()).rejects.toEqual(unavailable("Try again later."));
    expect(warnings()).toHaveLength(1);
    calls.wake();
    await Promise.all(waiting);

    const later = request();
    calls.wake();
    await later;
    expect(clock.pending).toBe(0);
  });

  it("take no place any more when their clients have gone", async () => {
    const { clock, request } = aPlace();
    const client = new AbortController();
    const waiting = request(client.signal);
    client.abort();
    await expect(waiting).rejects.toBe(client.signal.reason);
    await expect(request(client.signal)).rejects.toBe(client.signal.reason);
    expect(clock.pending).toBe(0);
  });

  it("are warned of again when workers were ready in between", async () => {
    const { clock, calls, request, warnings } = aPlace();
    for (let time = 0; time < 2; time++) {
      const refused = expect(request()).rejects.toEqual(unavailable("No app worker is ready"));
      clock.advance(LONGEST_REQUEST_WAIT_MS);
      await refused;
      calls.wake();
    }
    expect(warnings()).toHaveLength(2);
  });
});

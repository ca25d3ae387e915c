import { DurableHostError } from "@durable-host/engine";
import { ManualClock } from "@durable-host/testkit";
import {
  DEFAULT_RETRY,
  type RetryContext,
  type RetryPolicy,
  SINGLE_ATTEMPT,
  withRetry,
} from "../../src/connection/retry";
import { SqlError } from "../../src/connection/sql-error";
import { CallTimeoutError, ConnectionLostError } from "../../src/connection/transient-errors";

const deadlock = new SqlError("Chosen as the victim", { number: 1205 });
const duplicate = new SqlError("Duplicate key", { number: 2627 });

/** Fails with each of the errors in turn, then answers. */
function failing(...errors: readonly Error[]): { attempt(): Promise<string>; count: number } {
  const remaining = [...errors];
  return {
    count: 0,
    attempt() {
      this.count++;
      const error = remaining.shift();
      return error ? Promise.reject(error) : Promise.resolve("answer");
    },
  };
}

/** Lets promises settle; nothing here waits for anything but the manual clock. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Retries on a manual clock, moved on until all is settled; says what came out and how much time that took. */
async function retry(
  attempt: () => Promise<string>,
  over: Partial<RetryContext> & { readonly policy?: RetryPolicy; readonly onTick?: (time: number) => void } = {},
): Promise<{ readonly value?: string; readonly error?: DurableHostError; readonly tookMs: number }> {
  const clock = new ManualClock(0);
  const { policy = DEFAULT_RETRY, onTick, ...rest } = over;
  const outcome = withRetry(attempt, policy, { random: () => 0.5, ...rest, clock }).then(
    (value) => ({ value, tookMs: clock.now() }),
    (error: DurableHostError) => ({ error, tookMs: clock.now() }),
  );
  for (await settle(); clock.pending > 0; await settle()) {
    clock.advance(1);
    onTick?.(clock.now());
  }
  return outcome;
}

describe("a call that is retried", () => {
  it("is repeated after a transient error, with delays that double and are drawn at random [SQL48]", async () => {
    const calls = failing(deadlock, deadlock, deadlock);
    const { value, tookMs } = await retry(() => calls.attempt());
    // Half of 100, 200 and 400 ms.
    expect({ value, tookMs, count: calls.count }).toEqual({ value: "answer", tookMs: 350, count: 4 });
  });

  it.each([new CallTimeoutError("took too long"), new ConnectionLostError("lost", true)])(
    "is repeated when it only reads, and its outcome is never unknown: %p",
    async (error) => {
      const answered = failing(error);
      await expect(retry(() => answered.attempt(), { reads: true })).resolves.toMatchObject({ value: "answer" });
      const refused = failing(error);
      const outcome = await retry(() => refused.attempt(), { reads: true, policy: SINGLE_ATTEMPT });
      expect(outcome.error).toMatchObject({ code: "STORAGE_TRANSIENT" });
      expect(outcome.error?.outcomeUnknown).toBeFalsy();
      expect(outcome.error?.message).not.toContain("took effect");
    },
  );

  it("is not repeated when it only reads and there is no room, nor when it is refused", async () => {
    for (const number of [1105, 229]) {
      const calls = failing(new SqlError("no", { number }));
      await retry(() => calls.attempt(), { reads: true });
      expect(calls.count).toBe(1);
    }
  });

  it("is not repeated when the server refused it for good [SQL48]", async () => {
    const calls = failing(duplicate);
    const { error, tookMs } = await retry(() => calls.attempt());
    expect(error).toBe(duplicate);
    expect({ tookMs, count: calls.count }).toEqual({ tookMs: 0, count: 1 });
  });

  it("gives up after the attempts of the policy, and says what the last one came to [SQL48]", async () => {
    const calls = failing(...Array.from({ length: 20 }, () => deadlock));
    const { error } = await retry(() => calls.attempt());
    expect(calls.count).toBe(DEFAULT_RETRY.attempts);
    expect(error).toMatchObject({ code: "STORAGE_TRANSIENT", cause: deadlock });
    expect(error?.message).toBe("The database failed after 7 attempts: Chosen as the victim (error 1205).");
    expect(error?.outcomeUnknown).toBeUndefined();
  });

  it("begins no attempt after the total time", async () => {
    const calls = failing(...Array.from({ length: 20 }, () => deadlock));
    const policy = { attempts: 20, firstDelayMs: 1000, longestDelayMs: 1000, totalMs: 2600 };
    const { error, tookMs } = await retry(() => calls.attempt(), { policy, random: () => 0.999 });
    expect(calls.count).toBe(3);
    expect(tookMs).toBeLessThanOrEqual(2600);
    expect(error).toBeInstanceOf(DurableHostError);
  });

  it("never waits longer than the longest delay", async () => {
    const policy = { attempts: 12, firstDelayMs: 100, longestDelayMs: 200, totalMs: 60_000 };
    const calls = failing(...Array.from({ length: 11 }, () => deadlock));
    const { value, tookMs } = await retry(() => calls.attempt(), { policy, random: () => 0.999 });
    expect(value).toBe("answer");
    expect(tookMs).toBeLessThanOrEqual(100 + 10 * 200);
  });

  it("has an unknown outcome if any of its attempts may have taken effect [SQL30]", async () => {
    const lost = new ConnectionLostError("socket hang up", true);
    const down = new DurableHostError("STORAGE_TRANSIENT", "nothing listens there");
    const calls = failing(lost, down, down);
    const { error } = await retry(() => calls.attempt(), { policy: { ...DEFAULT_RETRY, attempts: 3 } });
    expect(error).toMatchObject({ code: "STORAGE_TRANSIENT", outcomeUnknown: true });
    expect(error?.message).toMatch(/nothing listens there.*unknown/);
  });

  it("keeps the words of a connection that cannot be had", async () => {
    const down = new DurableHostError(
      "STORAGE_TRANSIENT",
      "The server h,1433 cannot be reached: nothing listens there.",
    );
    const { error } = await retry(() => Promise.reject(down), { policy: SINGLE_ATTEMPT });
    expect(error).toBe(down);
  });

  it("is not repeated after a time-out, whose outcome is unknown [SQL48]", async () => {
    const calls = failing(new CallTimeoutError("dt_host.Commit took longer than 30000 ms"));
    const { error } = await retry(() => calls.attempt());
    expect(calls.count).toBe(1);
    expect(error).toMatchObject({ code: "STORAGE_TRANSIENT", outcomeUnknown: true });
  });

  it("is attempted once if it must not be repeated", async () => {
    const calls = failing(deadlock);
    const { error } = await retry(() => calls.attempt(), { policy: SINGLE_ATTEMPT });
    expect(calls.count).toBe(1);
    expect(error?.code).toBe("STORAGE_TRANSIENT");
  });

  it("ends with the reason of its signal, also between two attempts", async () => {
    const abort = new AbortController();
    const reason = new Error("stopping");
    const calls = failing(deadlock, deadlock);
    const onTick = (time: number): void => (time === 20 ? abort.abort(reason) : undefined);
    const { error, tookMs } = await retry(() => calls.attempt(), { signal: abort.signal, onTick });
    expect(error).toBe(reason);
    expect({ tookMs, count: calls.count }).toEqual({ tookMs: 20, count: 1 });
  });

  it("is not attempted at all once its signal is aborted", async () => {
    const reason = new Error("stopping");
    const calls = failing();
    const { error } = await retry(() => calls.attempt(), { signal: AbortSignal.abort(reason) });
    expect(error).toBe(reason);
    expect(calls.count).toBe(0);
  });

  it("stops waiting when the client closes, with the error it has", async () => {
    const closing = new AbortController();
    const calls = failing(deadlock, deadlock);
    const onTick = (time: number): void => (time === 20 ? closing.abort() : undefined);
    const { error, tookMs } = await retry(() => calls.attempt(), { closing: closing.signal, onTick });
    expect(error).toMatchObject({ code: "STORAGE_TRANSIENT", cause: deadlock });
    expect({ tookMs, count: calls.count }).toEqual({ tookMs: 20, count: 1 });
  });
});

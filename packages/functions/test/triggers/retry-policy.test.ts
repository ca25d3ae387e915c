import { ManualClock } from "@durable-host/testkit";
import type { FunctionDescription } from "../../src/pool/function-index";
import { withRetryPolicy } from "../../src/triggers/retry-policy";
import type { TriggerInvocation } from "../../src/triggers/trigger-type";

const FIXED = { maxRetryCount: 2, retryStrategy: "fixedDelay", delayInterval: { seconds: 5, nanos: 500_000_000 } };
const EXPONENTIAL = {
  maxRetryCount: 4,
  retryStrategy: "exponentialBackoff",
  minimumInterval: { seconds: 1 },
  maximumInterval: { seconds: 5 },
};

function fn(retryOptions: FunctionDescription["retryOptions"], type = "timerTrigger"): FunctionDescription {
  const trigger = { type, direction: "in" as const };
  const base = {
    name: "f",
    bindings: { trigger },
    triggerName: "trigger",
    trigger,
    disabled: false,
    scriptFile: "i.js",
  };
  return retryOptions ? { ...base, retryOptions } : base;
}

/** Runs a function that fails so many times, moving time on whenever it waits; tells when each attempt began. */
async function attempt(description: FunctionDescription, failures: number, signal?: AbortSignal) {
  const clock = new ManualClock(0);
  const attempts: TriggerInvocation[] = [];
  const times: number[] = [];
  const run = (invocation: TriggerInvocation) => {
    attempts.push(invocation);
    times.push(clock.now());
    return attempts.length > failures ? Promise.resolve({}) : Promise.reject(new Error(`failure ${attempts.length}`));
  };
  const ending = withRetryPolicy(
    description,
    run,
    clock,
  )({ triggerData: {}, reason: "r" }, signal).then(
    () => "done",
    (error: Error) => error.message,
  );
  let outcome: string | undefined;
  void ending.then((value) => (outcome = value));
  while (outcome === undefined) {
    await new Promise(setImmediate);
    clock.advance(100);
  }
  return { outcome, attempts, times, pending: clock.pending };
}

describe("a retry policy", () => {
  it("repeats a failed run after a fixed delay, each attempt with an id and number of its own [FH24]", async () => {
    const { outcome, attempts, times } = await attempt(fn(FIXED), 9);
    expect(outcome).toBe("failure 3");
    expect(times).toEqual([0, 5500, 11_000]);
    expect(attempts.map(({ retryContext }) => retryContext)).toEqual(
      [0, 1, 2].map((retryCount) => ({ retryCount, maxRetryCount: 2 })),
    );
    expect(new Set(attempts.map(({ invocationId }) => invocationId)).size).toBe(3);
    expect(attempts.map(({ reason }) => reason)).toEqual(["r", "r", "r"]);
  });

  it("ends with the first success", async () => {
    const { outcome, attempts } = await attempt(fn(FIXED), 1);
    expect(outcome).toBe("done");
    expect(attempts).toHaveLength(2);
  });

  it("doubles its delays up to the longest", async () => {
    const { times } = await attempt(fn(EXPONENTIAL), 9);
    expect(times).toEqual([0, 1000, 3000, 7000, 12_000]);
  });

  it("goes on without end for -1", async () => {
    const { outcome, attempts } = await attempt(fn({ ...FIXED, maxRetryCount: -1 }), 20);
    expect(outcome).toBe("done");
    expect(attempts).toHaveLength(21);
  });

  it("does not wait any longer when the host stops", async () => {
    const { outcome, attempts, pending } = await attempt(fn(FIXED), 9, AbortSignal.abort());
    expect(outcome).toBe("failure 1");
    expect(attempts).toHaveLength(1);
    expect(pending).toBe(0);
  });

  it.each(["queueTrigger", "blobTrigger", "httpTrigger"])(
    "has no effect on %s, which redelivers by itself",
    async (type) => {
      const { attempts } = await attempt(fn(FIXED, type), 9);
      expect(attempts).toEqual([{ triggerData: {}, reason: "r" }]);
    },
  );

  it("is none without a policy, or with no retries: handlers see no retry context [FH23]", async () => {
    for (const options of [undefined, { ...FIXED, maxRetryCount: 0 }]) {
      const { attempts } = await attempt(fn(options), 9);
      expect(attempts).toEqual([{ triggerData: {}, reason: "r" }]);
    }
  });
});

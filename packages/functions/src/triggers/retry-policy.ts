import { randomUUID } from "node:crypto";
import type { Clock } from "@durable-host/engine";
import type { FunctionDescription } from "../pool/function-index";
import type { GenericResult } from "../wire/messages";
import type { TriggerContext, TriggerInvocation } from "./trigger-type";
import { waited } from "./waited";

/** Triggers that redeliver by themselves: a policy has no effect on them upstream either (contract §2.7). */
const REDELIVERING = new Set(["httptrigger", "queuetrigger", "blobtrigger", "servicebustrigger"]);

interface RetryPolicy {
  /** Attempts after the first; -1: without end. */
  readonly maxRetryCount: number;
  /** Milliseconds to wait before an attempt, `retryCount` being 1 for the first retry. */
  readonly delayMs: (retryCount: number) => number;
}

/**
 * Repeats a failed run as the function's retry policy says: each attempt has an invocation id of its own, and the handler is
 * told its number, 0 being the first (contract §2.4, §2.7).
 */
export function withRetryPolicy(
  fn: FunctionDescription,
  run: (invocation: TriggerInvocation) => Promise<GenericResult>,
  clock: Clock,
): TriggerContext["run"] {
  const policy = REDELIVERING.has(fn.trigger.type.toLowerCase()) ? undefined : retryPolicyOf(fn);
  if (policy === undefined) return run;
  const { maxRetryCount, delayMs } = policy;
  return async (invocation, signal) => {
    for (let retryCount = 0; ; retryCount++) {
      try {
        return await run({ ...invocation, invocationId: randomUUID(), retryContext: { retryCount, maxRetryCount } });
      } catch (error) {
        if (retryCount === maxRetryCount || signal?.aborted === true) throw error;
        if (!(await waited(delayMs(retryCount + 1), clock, signal))) throw error;
      }
    }
  };
}

function retryPolicyOf({ retryOptions }: FunctionDescription): RetryPolicy | undefined {
  const { maxRetryCount, retryStrategy } = retryOptions ?? {};
  if (typeof maxRetryCount !== "number" || maxRetryCount === 0) return undefined;
  if (retryStrategy === "exponentialBackoff") {
    const shortest = milliseconds(retryOptions?.["minimumInterval"]);
    const longest = milliseconds(retryOptions?.["maximumInterval"]);
    return { maxRetryCount, delayMs: (retryCount) => Math.min(longest, shortest * 2 ** (retryCount - 1)) };
  }
  const delay = milliseconds(retryOptions?.["delayInterval"]);
  return { maxRetryCount, delayMs: () => delay };
}

/** A duration as `@azure/functions` registers it: `{ seconds, nanos }`. */
function milliseconds(duration: unknown): number {
  const { seconds = 0, nanos = 0 } = (duration ?? {}) as { readonly seconds?: number; readonly nanos?: number };
  return Number(seconds) * 1000 + Number(nanos) / 1e6;
}

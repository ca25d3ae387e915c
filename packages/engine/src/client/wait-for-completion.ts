import type { CompletionSignals } from "../dispatch/completion-signals";
import type { InstanceState } from "../model/instance";
import { isTerminal } from "../model/runtime-status";
import type { Clock } from "../ports/clock";
import type { StorageProvider } from "../ports/storage-provider";
import type { StartOptions } from "./task-hub";

interface Waiting {
  readonly provider: StorageProvider;
  readonly clock: Clock;
  readonly completions: CompletionSignals;
}

/** How often the store is asked, in case it happens in another process. */
const SAFETY_POLL_MS = 1_000;

/** What can be waited for: how it is announced, and how an instance looks that has come so far. */
interface Milestone {
  readonly signal: "listen" | "listenToStart";
  readonly isReached: (instance: InstanceState) => boolean;
}

const END: Milestone = { signal: "listen", isReached: ({ runtimeStatus }) => isTerminal(runtimeStatus) };
const START: Milestone = { signal: "listenToStart", isReached: ({ runtimeStatus }) => runtimeStatus !== "Pending" };

/** See TaskHub.waitForCompletion. */
export function waitForCompletion(
  waiting: Waiting,
  instanceId: string,
  timeoutMs: number,
): Promise<InstanceState | undefined> {
  return waitFor(END, waiting, instanceId, timeoutMs);
}

/** See TaskHub.waitForStart. */
export function waitForStart(
  waiting: Waiting,
  instanceId: string,
  timeoutMs: number,
): Promise<InstanceState | undefined> {
  return waitFor(START, waiting, instanceId, timeoutMs);
}

async function waitFor(
  milestone: Milestone,
  waiting: Waiting,
  instanceId: string,
  timeoutMs: number,
): Promise<InstanceState | undefined> {
  const signal = listen(milestone, waiting, instanceId, 0);
  let instance: InstanceState | undefined;
  try {
    instance = await waiting.provider.getInstance(instanceId);
  } catch (error) {
    signal.cancel();
    throw error;
  }
  if (!instance || milestone.isReached(instance)) {
    signal.cancel();
    return instance;
  }
  return (await signal.reached(timeoutMs)) ?? (await waiting.provider.getInstance(instanceId));
}

/** See TaskHub.startAndWait. Listens before it starts: nothing can be missed, so nothing need be looked up. */
export async function startAndWait(
  waiting: Waiting,
  start: (options: StartOptions) => Promise<string>,
  options: StartOptions & { readonly instanceId: string },
  timeoutMs: number,
): Promise<InstanceState | undefined> {
  const signal = listen(END, waiting, options.instanceId, waiting.clock.now());
  try {
    await start(options);
  } catch (error) {
    signal.cancel();
    throw error;
  }
  return (await signal.reached(timeoutMs)) ?? (await waiting.provider.getInstance(options.instanceId));
}

/**
 * Listens from now on; `reached` resolves with the instance that has come so far, or undefined when the time is up. An instance created
 * before `since` (milliseconds since the epoch) is the one that a start replaces: its end is not the awaited one.
 */
function listen(
  { signal, isReached }: Milestone,
  { provider, clock, completions }: Waiting,
  instanceId: string,
  since: number,
) {
  let settle: ((instance: InstanceState | undefined) => void) | undefined;
  let early: InstanceState | undefined;
  const cancel = completions[signal](instanceId, (instance) => {
    if (instance.createdAt < since) return;
    cancel();
    early = instance;
    settle?.(instance);
  });
  return {
    cancel,
    reached(timeoutMs: number): Promise<InstanceState | undefined> {
      if (early) return Promise.resolve(early);
      return new Promise((resolve) => {
        let cancelTimer: () => void;
        const listening = [cancel];
        let isSettled = false;
        const deadline = clock.now() + timeoutMs;
        settle = (instance) => {
          isSettled = true;
          for (const end of listening) end();
          cancelTimer();
          resolve(instance);
        };
        const poll = async (): Promise<void> => {
          if (clock.now() >= deadline) return settle?.(undefined);
          const instance = await provider.getInstance(instanceId).catch(() => undefined);
          if (instance && isReached(instance)) return settle?.(instance);
          if (!isSettled) next();
        };
        const next = (): void => {
          const delay = Math.max(0, Math.min(SAFETY_POLL_MS, deadline - clock.now()));
          cancelTimer = clock.schedule(delay, () => void poll());
        };
        next();
        listening.push(completions.onStop(() => settle?.(undefined)));
      });
    },
  };
}

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

/** How often the store is asked, in case the instance ends in another process. */
const SAFETY_POLL_MS = 1_000;

/** See TaskHub.waitForCompletion. */
export async function waitForCompletion(
  waiting: Waiting,
  instanceId: string,
  timeoutMs: number,
): Promise<InstanceState | undefined> {
  const signal = listen(waiting, instanceId, 0);
  const instance = await waiting.provider.getInstance(instanceId);
  if (!instance || isTerminal(instance.runtimeStatus)) {
    signal.cancel();
    return instance;
  }
  return (await signal.ended(timeoutMs)) ?? (await waiting.provider.getInstance(instanceId));
}

/** See TaskHub.startAndWait. Listens before it starts: nothing can be missed, so nothing need be looked up. */
export async function startAndWait(
  waiting: Waiting,
  start: (options: StartOptions) => Promise<string>,
  options: StartOptions & { readonly instanceId: string },
  timeoutMs: number,
): Promise<InstanceState | undefined> {
  const signal = listen(waiting, options.instanceId, waiting.clock.now());
  try {
    await start(options);
  } catch (error) {
    signal.cancel();
    throw error;
  }
  return (await signal.ended(timeoutMs)) ?? (await waiting.provider.getInstance(options.instanceId));
}

/**
 * Listens from now on; `ended` resolves with the ended instance, or undefined when the time is up. An instance created
 * before `since` (milliseconds since the epoch) is the one that a start replaces: its end is not the awaited one.
 */
function listen({ provider, clock, completions }: Waiting, instanceId: string, since: number) {
  let settle: ((instance: InstanceState | undefined) => void) | undefined;
  let early: InstanceState | undefined;
  const cancel = completions.listen(instanceId, (instance) => {
    if (instance.createdAt < since) return;
    cancel();
    early = instance;
    settle?.(instance);
  });
  return {
    cancel,
    ended(timeoutMs: number): Promise<InstanceState | undefined> {
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
          if (instance && isTerminal(instance.runtimeStatus)) return settle?.(instance);
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

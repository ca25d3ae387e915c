import type { InstanceState } from "../model/instance";
import type { Clock } from "../ports/clock";
import type { StorageProvider } from "../ports/storage-provider";

/** First and longest pause between two looks, and how long they go on; milliseconds. */
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 100;
const PATIENCE_MS = 2_000;

/**
 * Looks at an instance until it is as wanted, for what a message that was sent is about to do; resolves to whether it came
 * to that within two seconds. The message is durable either way.
 */
export async function waitForState(
  { provider, clock }: { readonly provider: StorageProvider; readonly clock: Clock },
  instanceId: string,
  reached: (instance: InstanceState | undefined) => boolean,
): Promise<boolean> {
  const deadline = clock.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS; clock.now() < deadline; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    await new Promise<void>((resolve) => void clock.schedule(pause, resolve));
    if (reached(await provider.getInstance(instanceId))) return true;
  }
  return false;
}

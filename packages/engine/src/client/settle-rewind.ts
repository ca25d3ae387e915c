import type { InstanceState } from "../model/instance";
import type { Clock } from "../ports/clock";
import type { StorageProvider } from "../ports/storage-provider";

/** First and longest pause between two looks, and how long they go on; milliseconds. */
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 100;
const PATIENCE_MS = 2_000;

/**
 * Resolves when a rewind that was asked for has begun, so that a caller who looks next does not find the old failure and take
 * it for the outcome; upstream changes the status before it answers. Gives up in silence: the rewind is durable anyway.
 */
export async function settleRewind(
  { provider, clock }: { readonly provider: StorageProvider; readonly clock: Clock },
  before: InstanceState,
): Promise<void> {
  const deadline = clock.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS; clock.now() < deadline; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    await new Promise<void>((resolve) => void clock.schedule(pause, resolve));
    const now = await provider.getInstance(before.instanceId);
    if (now?.runtimeStatus !== "Failed" || now.lastUpdatedAt !== before.lastUpdatedAt) return;
  }
}

import type { InstanceState } from "../model/instance";
import type { Clock } from "../ports/clock";
import type { StorageProvider } from "../ports/storage-provider";
import { waitForState } from "./wait-for-state";

/**
 * Resolves when a rewind that was asked for has begun, so that a caller who looks next does not find the old failure and take
 * it for the outcome; upstream changes the status before it answers. Gives up in silence: the rewind is durable anyway.
 */
export async function settleRewind(
  parts: { readonly provider: StorageProvider; readonly clock: Clock },
  before: InstanceState,
): Promise<void> {
  await waitForState(
    parts,
    before.instanceId,
    (now) => now?.runtimeStatus !== "Failed" || now.lastUpdatedAt !== before.lastUpdatedAt,
  );
}

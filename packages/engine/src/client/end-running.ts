import { foldHistory } from "../decide/runtime-state";
import type { CompletionSignals } from "../dispatch/completion-signals";
import type { InstanceState } from "../model/instance";
import { isTerminal } from "../model/runtime-status";
import type { Clock } from "../ports/clock";
import type { StorageProvider } from "../ports/storage-provider";
import { waitForCompletion } from "./wait-for-completion";

/** How long a running instance may take to end when it is to be deleted or replaced, in milliseconds. */
const PATIENCE_MS = 10_000;

export interface EndingParts {
  readonly provider: StorageProvider;
  readonly clock: Clock;
  readonly completions: CompletionSignals;
}

/** What may be done now with an instance that was running. */
export type Removability =
  /** It has ended: in one commit that answered its parent and released its locks. */
  | "ended"
  /** It goes on, because nobody executes it or its code hangs; but no parent and no entity waits for it. */
  | "notNeeded"
  /** It goes on, and somebody would wait for it for ever if it were taken away. */
  | "needed";

/**
 * Ends an instance that is to be deleted or replaced, the way a client's termination does. Deleting it as it is would leave
 * its parent without an answer, its entities locked and its activities without a word.
 */
export async function endRunning(
  parts: EndingParts,
  instance: InstanceState,
  reason: string,
  patienceMs = PATIENCE_MS,
): Promise<Removability> {
  const { provider, clock } = parts;
  const { instanceId } = instance;
  const event = { type: "ExecutionTerminated", timestamp: clock.now(), reason } as const;
  await provider.sendMessage({ instanceId, event });
  const after = await waitForCompletion(parts, instanceId, patienceMs);
  if (!after || isTerminal(after.runtimeStatus)) return "ended";
  const { started, heldLock } = foldHistory(await provider.readHistory(instanceId));
  return after.parentInstanceId || started?.parent || heldLock ? "needed" : "notNeeded";
}

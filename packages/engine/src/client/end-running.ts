import { releaseLock } from "../decide/end-execution";
import { subOrchestrationFailed } from "../decide/parent-message";
import { emptyState, foldHistory, type RuntimeState } from "../decide/runtime-state";
import type { CompletionSignals } from "../dispatch/completion-signals";
import { hasCode } from "../errors";
import type { InstanceState } from "../model/instance";
import { isTerminal } from "../model/runtime-status";
import type { Clock } from "../ports/clock";
import type { OutboundMessage, StorageProvider } from "../ports/storage-provider";
import { waitForCompletion } from "./wait-for-completion";

/** How long a running instance may take to end when it is to be deleted or replaced, in milliseconds. */
const PATIENCE_MS = 10_000;

export interface EndingParts {
  readonly provider: StorageProvider;
  readonly clock: Clock;
  readonly completions: CompletionSignals;
}

/**
 * Ends an instance that is to be deleted or replaced, as a client's termination does: deleting it as it is would leave its
 * parent without an answer, its entities locked and its activities without a word. Resolves to whether it has ended.
 *
 * One that does not react, because its code hangs, its rows are damaged or nobody executes it, is spoken for: its parent is
 * told and its locks are released before it is taken away.
 */
export async function endRunning(parts: EndingParts, instance: InstanceState, reason: string): Promise<boolean> {
  const { provider, clock } = parts;
  const { instanceId } = instance;
  const event = { type: "ExecutionTerminated", timestamp: clock.now(), reason } as const;
  await provider.sendMessage({ instanceId, event });
  const after = await waitForCompletion(parts, instanceId, PATIENCE_MS);
  if (!after || isTerminal(after.runtimeStatus)) return true;
  const messages = [...(await answers(parts, after, reason)), ...(await releases(parts, after))];
  for (const message of messages) await provider.sendMessage(message);
  return false;
}

/** Which task the parent awaits is in the parent's history, also when the child has not run yet. */
async function answers(
  { provider, clock }: EndingParts,
  { instanceId, parentInstanceId }: InstanceState,
  reason: string,
): Promise<readonly OutboundMessage[]> {
  if (parentInstanceId === undefined) return [];
  const { started, openChildren } = await readState(provider, parentInstanceId);
  if (!started) return [];
  const awaited = [...openChildren].filter(([, childId]) => childId === instanceId);
  return awaited.map(([taskScheduledId]) => {
    const parent = { ...started.instance, name: started.name, taskScheduledId };
    return subOrchestrationFailed(parent, { reason, details: reason }, clock.now());
  });
}

async function releases(
  { provider, clock }: EndingParts,
  { instanceId }: InstanceState,
): Promise<readonly OutboundMessage[]> {
  const { started, heldLock } = await readState(provider, instanceId);
  return started ? releaseLock(heldLock, started, clock.now()) : [];
}

/** What cannot be read holds nothing that could be told. */
async function readState(provider: StorageProvider, instanceId: string): Promise<RuntimeState> {
  try {
    return foldHistory(await provider.readHistory(instanceId));
  } catch (error) {
    if (hasCode(error, "STORE_CORRUPT")) return emptyState();
    throw error;
  }
}

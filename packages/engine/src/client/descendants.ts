import { isTerminal } from "../model/runtime-status";
import type { StorageProvider } from "../ports/storage-provider";

/** What ended instances have started, as far as it can be found. */
export interface Descendants {
  /** Those that have ended too; each stands before its parent. */
  readonly ended: readonly string[];
  /** Sub-orchestrations that still run; what is below them is not looked at. */
  readonly running: readonly string[];
}

/**
 * Finds the sub-orchestrations of ended instances through their histories. Those of an execution before a continue-as-new
 * are not found: its history is gone, and with it the names of its children.
 */
export async function findDescendants(provider: StorageProvider, roots: readonly string[]): Promise<Descendants> {
  const visited = new Set(roots);
  const running = new Set<string>();
  // A set hands out what is added while it is walked: parents first, hence the reversal at the end.
  for (const parentId of visited) {
    for (const childId of await startedBy(provider, parentId)) {
      const child = await provider.getInstance(childId);
      // An id may since have been used for something else.
      if (child?.parentInstanceId !== parentId) continue;
      if (isTerminal(child.runtimeStatus)) visited.add(childId);
      else running.add(childId);
    }
  }
  return { ended: [...visited].slice(new Set(roots).size).reverse(), running: [...running] };
}

async function startedBy(provider: StorageProvider, instanceId: string): Promise<ReadonlySet<string>> {
  const history = await provider.readHistory(instanceId);
  return new Set(history.flatMap((event) => (event.type === "SubOrchestrationCreated" ? event.instanceId : [])));
}

import { DurableHostError } from "../errors";
import { EXPORT_FORMAT, EXPORT_VERSION, type ExportedInstance, type InstanceExport } from "../model/instance-export";
import type { TaskHub } from "./task-hub";

export interface ExportOptions {
  /** Also the sub-orchestrations of the instances, and theirs. */
  readonly recursive?: boolean;
  /** Milliseconds since the epoch; written into the export. */
  readonly exportedAt?: number;
}

/** State and history are two reads; an instance that will not hold still for both so often is exported as it was read last. */
const MOST_READS = 5;

/**
 * Records instances with their whole history, parents before children, each once.
 * @throws DurableHostError INSTANCE_NOT_FOUND for one that was asked for and is not there; a child may be gone
 */
export async function exportInstances(
  hub: Pick<TaskHub, "getInstance" | "readHistory">,
  instanceIds: readonly string[],
  { recursive = false, exportedAt }: ExportOptions = {},
): Promise<InstanceExport> {
  const instances = new Map<string, ExportedInstance>();
  const wanted = [...instanceIds];
  for (let id = wanted.shift(); id !== undefined; id = wanted.shift()) {
    if (instances.has(id)) continue;
    const exported = await readInstance(hub, id);
    if (exported === undefined && instanceIds.includes(id)) {
      throw new DurableHostError("INSTANCE_NOT_FOUND", `No instance with ID '${id}' found.`);
    }
    if (exported === undefined) continue;
    instances.set(id, exported);
    if (recursive) wanted.push(...childrenOf(exported));
  }
  return {
    format: EXPORT_FORMAT,
    version: EXPORT_VERSION,
    ...(exportedAt === undefined ? {} : { exportedAt: new Date(exportedAt).toISOString() }),
    instances: [...instances.values()],
  };
}

async function readInstance(
  hub: Pick<TaskHub, "getInstance" | "readHistory">,
  instanceId: string,
): Promise<ExportedInstance | undefined> {
  let instance = await hub.getInstance(instanceId);
  for (let reads = 1; instance !== undefined; reads++) {
    const history = await hub.readHistory(instanceId);
    const after = await hub.getInstance(instanceId);
    const unchanged =
      after?.lastUpdatedAt === instance.lastUpdatedAt &&
      after.runtimeStatus === instance.runtimeStatus &&
      after.executionId === instance.executionId;
    if (unchanged || (after !== undefined && reads >= MOST_READS)) return { ...(after ?? instance), history };
    instance = after;
  }
  return undefined;
}

function childrenOf({ history }: ExportedInstance): string[] {
  return history.flatMap((event) => (event.type === "SubOrchestrationCreated" ? [event.instanceId] : []));
}

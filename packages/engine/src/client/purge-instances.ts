import { PURGE_EVENT } from "../decide/entity/request-message";
import { parseSchedulerState } from "../decide/entity/scheduler-state";
import { DurableHostError, hasCode } from "../errors";
import { instanceKind } from "../model/instance-id";
import { isTerminal, RUNTIME_STATUSES } from "../model/runtime-status";
import type { InstanceFilter, StorageProvider } from "../ports/storage-provider";
import { findDescendants } from "./descendants";
import { endRunning, type EndingParts } from "./end-running";
import type { PurgeOptions, PurgeResult } from "./task-hub";
import { waitForState } from "./wait-for-state";

/** Instances deleted in one transaction: few enough that other work gets its turn in between. */
const BATCH = 200;

const ENDED = RUNTIME_STATUSES.filter(isTerminal);
const NOTHING: PurgeResult = { deleted: 0, running: [] };

/** See TaskHub.purgeInstance. */
export async function purgeInstance(
  parts: EndingParts,
  instanceId: string,
  { recursive = false, onlyEnded = false }: PurgeOptions = {},
): Promise<PurgeResult> {
  const { provider } = parts;
  const instance = await provider.getInstance(instanceId).catch((error: unknown) => {
    if (hasCode(error, "STORE_CORRUPT")) return "damaged" as const;
    throw error;
  });
  if (!instance) return NOTHING;
  if (instance === "damaged") return { deleted: await provider.purgeInstances([instanceId]), running: [] };
  if (instanceKind(instanceId) === "entity") return purgeEntity(parts, instanceId);
  if (onlyEnded && !isTerminal(instance.runtimeStatus)) return NOTHING;
  if (!isTerminal(instance.runtimeStatus) && !(await endRunning(parts, instance, "The instance was purged."))) {
    return { deleted: await provider.purgeInstances([instanceId]), running: [] };
  }
  const purged = await purgeEnded(provider, [instanceId], recursive);
  if (!onlyEnded && purged.deleted === 0 && (await provider.getInstance(instanceId))) throw startedAgain(instanceId);
  return purged;
}

/** See TaskHub.purgeInstances: what still runs is never deleted, whatever the filter says. */
export async function purgeInstances(
  { provider, clock }: Pick<EndingParts, "provider" | "clock">,
  filter: InstanceFilter,
  { recursive = false, deadline = Infinity }: PurgeOptions = {},
): Promise<PurgeResult> {
  const statuses = filter.statuses ? filter.statuses.filter(isTerminal) : ENDED;
  if (statuses.length === 0) return NOTHING;
  let deleted = 0;
  const running = new Set<string>();
  let continuationToken: string | undefined;
  do {
    if (clock.now() >= deadline) return { deleted, running: [...running], isComplete: false };
    const page = await provider.queryInstances({ ...filter, statuses, top: BATCH, continuationToken });
    const found = page.instances.map(({ instanceId }) => instanceId);
    const purged = await purgeEnded(provider, found, recursive, statuses);
    deleted += purged.deleted;
    for (const instanceId of purged.running) running.add(instanceId);
    ({ continuationToken } = page);
  } while (continuationToken !== undefined);
  return { deleted, running: [...running] };
}

/**
 * Deletes ended instances, and with `recursive` their sub-orchestrations before them: after a crash half-way a repetition
 * finds the rest through the parents that are still there.
 */
async function purgeEnded(
  provider: StorageProvider,
  instanceIds: readonly string[],
  recursive: boolean,
  statuses: NonNullable<InstanceFilter["statuses"]> = ENDED,
): Promise<PurgeResult> {
  const { ended, running } = recursive ? await findDescendants(provider, instanceIds) : { ended: [], running: [] };
  let deleted = 0;
  for (let first = 0; first < ended.length; first += BATCH) {
    deleted += await provider.purgeInstances(ended.slice(first, first + BATCH), ENDED);
  }
  deleted += await provider.purgeInstances(instanceIds, statuses);
  return { deleted, running };
}

/**
 * An entity deletes itself when it is told to, between two batches: calls and lock requests that are under way to it are
 * not lost, and a critical section that holds it goes on. Without the function it is of, too.
 */
async function purgeEntity({ provider, clock }: EndingParts, instanceId: string): Promise<PurgeResult> {
  const event = { type: "EventRaised", timestamp: clock.now(), name: PURGE_EVENT, input: null } as const;
  if (!(await provider.sendMessage({ instanceId, event }))) return NOTHING;
  await waitForState({ provider, clock }, instanceId, (now) => !now || !parseSchedulerState(now.input).exists);
  return { deleted: 1, running: [] };
}

function startedAgain(instanceId: string): DurableHostError {
  return new DurableHostError(
    "INSTANCE_RUNNING",
    `The instance '${instanceId}' has ended and is being started again at this moment. To purge that, too, ask again.`,
  );
}

import { CONTINUE_EVENT, isLockRequest, RELEASE_EVENT } from "../decide/entity/request-message";
import { isDeletable, parseSchedulerState, type SchedulerState } from "../decide/entity/scheduler-state";
import { foldHistory } from "../decide/runtime-state";
import type { InstanceState } from "../model/instance";
import { isTerminal } from "../model/runtime-status";
import type { Clock } from "../ports/clock";
import type { StorageProvider } from "../ports/storage-provider";
import type { CleanUpOptions, EntityCleanUp } from "./task-hub";
import { waitForState } from "./wait-for-state";

const PAGE = 100;

/** Id of a release where the entity does not know the request it was locked with (contract §3.5). */
const UNKNOWN_REQUEST = "fix-orphaned-lock";

interface Parts {
  readonly provider: StorageProvider;
  readonly clock: Clock;
}

/** A lock that an entity has granted, or is going to. */
interface Claim {
  readonly holder: string;
  readonly requestId: string | undefined;
}

/**
 * See TaskHub.cleanEntities. Nothing is decided here that time could overtake: an entity is asked to look at itself, and
 * deletes itself only if it is empty then; a release names the one request it takes back, so that a lock which the same
 * holder has obtained anew meanwhile is not touched.
 */
export async function cleanEntities(
  parts: Parts,
  { removeEmpty = true, releaseLocks = true }: CleanUpOptions = {},
): Promise<EntityCleanUp> {
  let emptyEntitiesRemoved = 0;
  let orphanedLocksReleased = 0;
  let continuationToken: string | undefined;
  do {
    const page = await parts.provider.queryInstances({ kind: "entity", top: PAGE, continuationToken });
    const removals: Promise<boolean>[] = [];
    for (const entity of page.instances) {
      const state = parseSchedulerState(entity.input);
      // A new one has not looked at its first message yet, which may be due only later.
      if (removeEmpty && isDeletable(state) && entity.runtimeStatus !== "Pending") removals.push(remove(parts, entity));
      for (const claim of releaseLocks ? claimsOn(state) : []) {
        if (await isOrphaned(parts.provider, entity, claim)) {
          orphanedLocksReleased += (await release(parts, entity, claim)) ? 1 : 0;
        }
      }
    }
    emptyEntitiesRemoved += (await Promise.all(removals)).filter(Boolean).length;
    ({ continuationToken } = page);
  } while (continuationToken !== undefined);
  return { emptyEntitiesRemoved, orphanedLocksReleased };
}

function claimsOn({ lockedBy, lockRequest, queue = [] }: SchedulerState): readonly Claim[] {
  const granted = lockedBy === undefined ? [] : [{ holder: lockedBy, requestId: lockRequest?.id }];
  const asked = queue.filter(isLockRequest).map(({ parent, id }) => ({ holder: parent, requestId: id }));
  return [...granted, ...asked];
}

/** The holder has ended, or goes on without this lock: a new execution under its id, or one that has given it up. */
async function isOrphaned(provider: StorageProvider, entity: InstanceState, claim: Claim): Promise<boolean> {
  const holder = await provider.getInstance(claim.holder);
  if (!holder || isTerminal(holder.runtimeStatus)) return true;
  if (claim.requestId === undefined) return false;
  const { heldLock } = foldHistory(await provider.readHistory(claim.holder));
  return heldLock?.requestId !== claim.requestId || !heldLock.entities.includes(entity.instanceId);
}

/** `forward`: the request may be on its way to the next entity of its set; the release follows it. */
function release({ provider, clock }: Parts, { instanceId }: InstanceState, claim: Claim): Promise<boolean> {
  const body = { parent: claim.holder, id: claim.requestId ?? UNKNOWN_REQUEST, forward: true };
  const input = JSON.stringify(body);
  const event = { type: "EventRaised", timestamp: clock.now(), name: RELEASE_EVENT, input } as const;
  return provider.sendMessage({ instanceId, event });
}

async function remove(parts: Parts, { instanceId }: InstanceState): Promise<boolean> {
  const event = { type: "EventRaised", timestamp: parts.clock.now(), name: CONTINUE_EVENT, input: null } as const;
  await parts.provider.sendMessage({ instanceId, event });
  return waitForState(parts, instanceId, (now) => now === undefined);
}

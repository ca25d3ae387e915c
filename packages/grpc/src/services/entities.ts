import { entityInstanceId, isTerminal, type EntityState, type TaskHub } from "@durable-host/engine";
import { traceFromProto } from "../convert/trace-context";
import { pb } from "../proto/messages";
import { nonEmpty, textOf, wrapText } from "../proto/scalars";
import { timeOf, wrapTime } from "../proto/timestamps";
import type { UnaryService } from "./call";
import { requireEntityId } from "./instance-ids";
import { before } from "./query-instances";

/** Page size where the client names none. */
const DEFAULT_PAGE = 100;

/** Durable before it is answered; the entity is created on demand (contract §6.2). */
export const signalEntity: UnaryService<pb.SignalEntityRequest, pb.SignalEntityResponse> = async (
  request,
  { hub, clock },
) => {
  const dueAt = timeOf(request.getScheduledtime());
  await hub.taskHub.signalEntity(
    requireEntityId(request.getInstanceid()),
    request.getName(),
    textOf(request.getInput()),
    dueAt !== undefined && dueAt > clock.now() ? dueAt : undefined,
    traceFromProto(request.getParenttracecontext()),
  );
  return new pb.SignalEntityResponse();
};

export const getEntity: UnaryService<pb.GetEntityRequest, pb.GetEntityResponse> = async (request, { hub }) => {
  const entity = await hub.taskHub.getEntity(requireEntityId(request.getInstanceid()));
  if (!entity) return new pb.GetEntityResponse().setExists(false);
  const message = await entityToProto(entity, request.getIncludestate(), hub.taskHub);
  return new pb.GetEntityResponse().setExists(true).setEntity(message);
};

export const queryEntities: UnaryService<pb.QueryEntitiesRequest, pb.QueryEntitiesResponse> = async (
  request,
  { hub },
) => {
  const asked = request.getQuery() ?? new pb.EntityQuery();
  const page = await hub.taskHub.queryEntities({
    instanceIdPrefix: storedPrefix(nonEmpty(asked.getInstanceidstartswith())),
    lastOperationFrom: timeOf(asked.getLastmodifiedfrom()),
    lastOperationTo: before(timeOf(asked.getLastmodifiedto())),
    fetchState: asked.getIncludestate(),
    includeTransient: asked.getIncludetransient(),
    top: asked.getPagesize()?.getValue() || DEFAULT_PAGE,
    continuationToken: nonEmpty(asked.getContinuationtoken()),
  });
  const entities = page.entities.map((entity) => entityToProto(entity, asked.getIncludestate(), hub.taskHub));
  return new pb.QueryEntitiesResponse()
    .setEntitiesList(await Promise.all(entities))
    .setContinuationtoken(wrapText(page.continuationToken));
};

/** All in one go: there is nothing to continue. */
export const cleanEntityStorage: UnaryService<pb.CleanEntityStorageRequest, pb.CleanEntityStorageResponse> = async (
  request,
  { hub },
) => {
  const { emptyEntitiesRemoved, orphanedLocksReleased } = await hub.taskHub.cleanEntities({
    removeEmpty: request.getRemoveemptyentities(),
    releaseLocks: request.getReleaseorphanedlocks(),
  });
  return new pb.CleanEntityStorageResponse()
    .setEmptyentitiesremoved(emptyEntitiesRemoved)
    .setOrphanedlocksreleased(orphanedLocksReleased);
};

/** Ids begin with `@` and have the name in lower case, whatever clients leave out or write (contract §6.2). */
function storedPrefix(prefix: string | undefined): string | undefined {
  if (prefix === undefined) return undefined;
  const whole = prefix.startsWith("@") ? prefix : `@${prefix}`;
  const nameEnd = whole.indexOf("@", 1);
  return nameEnd < 0 ? whole.toLowerCase() : whole.slice(0, nameEnd).toLowerCase() + whole.slice(nameEnd);
}

async function entityToProto(entity: EntityState, withState: boolean, taskHub: TaskHub): Promise<pb.EntityMetadata> {
  const lockedBy = await lockHolder(entity, taskHub);
  return new pb.EntityMetadata()
    .setInstanceid(entityInstanceId(entity.id))
    .setLastmodifiedtime(wrapTime(entity.lastOperationAt))
    .setBacklogqueuesize(entity.backlog)
    .setLockedby(wrapText(lockedBy))
    .setSerializedstate(withState ? wrapText(entity.state) : undefined);
}

/** Of an orchestration that has ended the entity may not know yet: its release is on the way. */
async function lockHolder({ lockedBy }: EntityState, taskHub: TaskHub): Promise<string | undefined> {
  const holder = lockedBy === undefined ? undefined : await taskHub.getInstance(lockedBy);
  return holder && !isTerminal(holder.runtimeStatus) ? lockedBy : undefined;
}

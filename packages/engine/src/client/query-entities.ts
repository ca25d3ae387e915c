import { parseSchedulerState } from "../decide/entity/scheduler-state";
import type { InstanceState } from "../model/instance";
import { entityInstanceId, parseEntityInstanceId, type EntityId } from "../model/instance-id";
import type { StorageProvider } from "../ports/storage-provider";
import type { EntityPage, EntityQuery, EntityState } from "./task-hub";

/** See TaskHub.getEntity: undefined for an entity that was never created, or was deleted. */
export async function getEntity(provider: StorageProvider, id: EntityId): Promise<EntityState | undefined> {
  const instance = await provider.getInstance(entityInstanceId(id));
  return instance && toEntityState(instance, true, false);
}

/** See TaskHub.queryEntities. Pages until `top` existing entities are found: entities that only hold a lock do not count. */
export async function queryEntities(provider: StorageProvider, query: EntityQuery): Promise<EntityPage> {
  const prefix = prefixOf(query);
  if (prefix === undefined) return { entities: [] };
  const entities: EntityState[] = [];
  let continuationToken = query.continuationToken;
  do {
    const page = await provider.queryInstances({
      kind: "entity",
      top: query.top - entities.length,
      ...(prefix === "" ? {} : { instanceIdPrefix: prefix }),
      ...(query.lastOperationFrom === undefined ? {} : { lastUpdatedFrom: query.lastOperationFrom }),
      ...(query.lastOperationTo === undefined ? {} : { lastUpdatedTo: query.lastOperationTo }),
      ...(continuationToken === undefined ? {} : { continuationToken }),
    });
    for (const instance of page.instances) {
      const entity = toEntityState(instance, query.fetchState, query.includeTransient ?? false);
      if (entity) entities.push(entity);
    }
    continuationToken = page.continuationToken;
  } while (continuationToken !== undefined && entities.length < query.top);
  return { entities, ...(continuationToken === undefined ? {} : { continuationToken }) };
}

/** What the ids begin with that have both the name and the prefix; undefined when none can. */
function prefixOf({ name, instanceIdPrefix = "" }: EntityQuery): string | undefined {
  const ofName = name === undefined ? "" : `@${name.toLowerCase()}@`;
  if (instanceIdPrefix.startsWith(ofName)) return instanceIdPrefix;
  return ofName.startsWith(instanceIdPrefix) ? ofName : undefined;
}

function toEntityState(instance: InstanceState, withState: boolean, transient: boolean): EntityState | undefined {
  const id = parseEntityInstanceId(instance.instanceId);
  const { exists, state = null, queue = [], lockedBy } = parseSchedulerState(instance.input);
  if (!id || !(exists || transient)) return undefined;
  return {
    id,
    state: withState && exists ? state : null,
    lastOperationAt: instance.lastUpdatedAt,
    backlog: queue.length,
    ...(lockedBy === undefined ? {} : { lockedBy }),
  };
}

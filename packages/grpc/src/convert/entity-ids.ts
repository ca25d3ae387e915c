import { entityInstanceId, parseEntityInstanceId, type EntityId } from "@durable-host/engine";

/** `@name@key`. */
export const entityIdText = entityInstanceId;

/** Lock sets are acquired in this order by everybody, or two orchestrations could wait for each other. */
export function sortedLockSet(instanceIds: readonly string[]): readonly EntityId[] {
  const ids = [...new Set(instanceIds.map((id) => entityIdOf(id)).map(entityInstanceId))].toSorted(byText);
  return ids.map(entityIdOf);
}

function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** What has no such form is taken for a name: it belongs to no entity, and the engine says so. */
function entityIdOf(instanceId: string): EntityId {
  return parseEntityInstanceId(instanceId) ?? { name: instanceId, key: "" };
}

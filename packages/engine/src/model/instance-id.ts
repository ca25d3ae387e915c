/** The two kinds of instance that share one id space. */
export type InstanceKind = "orchestration" | "entity";

/** Ids that start with `@` belong to entities: `@<name lower-cased>@<key>` (contract §3.2). */
export function instanceKind(instanceId: string): InstanceKind {
  return instanceId.startsWith("@") ? "entity" : "orchestration";
}

/** Identity of an entity. `name` is compared without regard to case, `key` exactly. */
export interface EntityId {
  readonly name: string;
  readonly key: string;
}

/** Instance id under which an entity's scheduler state is stored. */
export function entityInstanceId(id: EntityId): string {
  return `@${id.name.toLowerCase()}@${id.key}`;
}

/** Parses `@name@key`; `undefined` when the text is no entity instance id. The key may itself contain `@`. */
export function parseEntityInstanceId(instanceId: string): EntityId | undefined {
  if (!instanceId.startsWith("@")) return undefined;
  const separator = instanceId.indexOf("@", 1);
  if (separator <= 1) return undefined;
  return { name: instanceId.slice(1, separator), key: instanceId.slice(separator + 1) };
}

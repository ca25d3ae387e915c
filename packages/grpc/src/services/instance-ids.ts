import { status } from "@grpc/grpc-js";
import { parseEntityInstanceId, type EntityId } from "@durable-host/engine";
import { CallFailure } from "./call-status";

/** Longest id of an instance or entity that the scheduler takes, in characters (contract §6.1, §8.1). */
const MAX_LENGTH = 100;

/** Throws INVALID_ARGUMENT for an id that is too long to be created under. */
export function requireInstanceId(instanceId: string): void {
  if (instanceId.length <= MAX_LENGTH) return;
  throw new CallFailure(
    status.INVALID_ARGUMENT,
    `The instance id has a length of ${instanceId.length} characters, and the most is ${MAX_LENGTH}.`,
  );
}

/** The entity an id belongs to. Throws INVALID_ARGUMENT where it is no id of an entity, `@name@key`. */
export function requireEntityId(instanceId: string): EntityId {
  requireInstanceId(instanceId);
  const id = parseEntityInstanceId(instanceId);
  if (id) return id;
  throw new CallFailure(status.INVALID_ARGUMENT, `'${instanceId}' is not the id of an entity: those are @name@key.`);
}

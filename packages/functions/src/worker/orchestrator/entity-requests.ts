import {
  entityInstanceId,
  OPERATION_EVENT,
  RELEASE_EVENT,
  type EntityId,
  type OrchestrationInstance,
  type SendEvent,
} from "@durable-host/engine";
import { toJson } from "./json";

/** Who sends entity requests, and how their ids are made. */
export interface RequestSender {
  readonly instance: OrchestrationInstance;
  readonly newGuid: () => string;
}

interface Operation {
  readonly instanceId: string;
  readonly operation: string;
  readonly input?: unknown;
}

/** A call of or a signal to an entity, as the event that carries it (contract §3.3). */
export function operationRequest(
  id: number,
  { instanceId, operation, input }: Operation,
  sender: RequestSender,
  signal?: { readonly dueAt?: number },
): SendEvent {
  const json = toJson(input);
  const request = {
    op: operation,
    ...(signal ? { signal: true } : {}),
    // Unlike an activity's input, it comes as a value also when it is a string.
    ...(json === null ? {} : { input: json }),
    id: sender.newGuid(),
    parent: sender.instance.instanceId,
    parentExecution: sender.instance.executionId,
  };
  const dueAt = signal?.dueAt;
  return {
    type: "SendEvent",
    id,
    instanceId,
    name: dueAt === undefined ? OPERATION_EVENT : `${OPERATION_EVENT}@${new Date(dueAt).toISOString()}`,
    input: JSON.stringify(request),
    ...(dueAt === undefined ? {} : { dueAt }),
  };
}

/** Asks the first entity of a lock set; each passes the request on, the last one answers (contract §3.4, step 5). */
export function lockRequest(
  id: number,
  requestId: string,
  entities: readonly EntityId[],
  sender: RequestSender,
): SendEvent {
  const lockset = sortedWithoutRepeats(entities);
  const first = lockset[0];
  return {
    type: "SendEvent",
    id,
    instanceId: first ? entityInstanceId(first) : "",
    name: OPERATION_EVENT,
    input: JSON.stringify({
      id: requestId,
      parent: sender.instance.instanceId,
      parentExecution: sender.instance.executionId,
      lockset,
      pos: 0,
    }),
  };
}

/** Everyone locks in the same order, so that two critical sections cannot wait for each other. */
export function sortedWithoutRepeats(entities: readonly EntityId[]): readonly EntityId[] {
  const byId = new Map(entities.map((entity) => [entityInstanceId(entity), entity]));
  return [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entity]) => entity);
}

/** Gives an entity of a lock set free. */
export function releaseRequest(id: number, entity: EntityId, requestId: string, sender: RequestSender): SendEvent {
  return {
    type: "SendEvent",
    id,
    instanceId: entityInstanceId(entity),
    name: RELEASE_EVENT,
    input: JSON.stringify({ parent: sender.instance.instanceId, id: requestId }),
  };
}

import type { EntityId } from "../../model/instance-id";
import type { JsonText } from "../../model/json-text";
import type { TraceContext } from "../../model/trace-context";

/** Event names of entity traffic (durable contract §3.3). */
export const OPERATION_EVENT = "op";
export const RELEASE_EVENT = "release";
export const CONTINUE_EVENT = "continue";
/** Deletes the state of an entity and leaves what waits for it. Our own addition to the contract's names. */
export const PURGE_EVENT = "purge";

/** Answer to a lock request when all entities are locked. */
export const LOCK_GRANTED = "Lock Acquisition Completed";

/**
 * A request to an entity, in the field names that travel between instances (contract §3.3):
 * an operation, or (with `lockset`) a request to lock several entities one after another.
 */
export interface RequestMessage {
  readonly op?: string;
  /** One way: nobody waits for an answer. */
  readonly signal?: boolean;
  readonly input?: JsonText | null;
  readonly id: string;
  /** Instance that sent it; absent for a client. */
  readonly parent?: string;
  readonly parentExecution?: string;
  /** ISO time before which it is not to be executed. */
  readonly due?: string;
  readonly lockset?: readonly EntityId[];
  /** Which entity of the lock set it has reached. */
  readonly pos?: number;
  /** Of the call or signal, while the request waits in the entity's queue. */
  readonly parentTraceContext?: { readonly TraceParent?: string; readonly TraceState?: string };
}

export interface LockRequest extends RequestMessage {
  readonly lockset: readonly EntityId[];
  readonly parent: string;
}

export interface ReleaseMessage {
  readonly parent: string;
  readonly id: string;
  /**
   * The holder has ended, perhaps while its request was still on its way from entity to entity: each passes the release on
   * behind the request, so that it cannot arrive first anywhere. Our own addition to the contract's fields.
   */
  readonly forward?: boolean;
}

/** Tells whether a request asks for a lock rather than for an operation. */
export function isLockRequest(request: RequestMessage): request is LockRequest {
  return request.lockset !== undefined && request.parent !== undefined;
}

/** The trace context that came with a request. */
export function traceContextOf({ parentTraceContext }: RequestMessage): TraceContext | undefined {
  const { TraceParent: traceParent, TraceState: traceState } = parentTraceContext ?? {};
  if (traceParent === undefined) return undefined;
  return traceState === undefined ? { traceParent } : { traceParent, traceState };
}

/** A request that keeps the trace context its message came with. */
export function withTraceContext(request: RequestMessage, context: TraceContext | undefined): RequestMessage {
  if (!context) return request;
  const { traceParent, traceState } = context;
  return {
    ...request,
    parentTraceContext: { TraceParent: traceParent, ...(traceState === undefined ? {} : { TraceState: traceState }) },
  };
}

/** Reads a request; undefined when the text is none (a stray event sent to an entity id is ignored, not fatal). */
export function parseRequest(text: JsonText | null): RequestMessage | undefined {
  const value = parseObject(text);
  return value && typeof value["id"] === "string" ? (value as unknown as RequestMessage) : undefined;
}

/** Reads a release; undefined when the text is none. */
export function parseRelease(text: JsonText | null): ReleaseMessage | undefined {
  const value = parseObject(text);
  if (!value || typeof value["parent"] !== "string" || typeof value["id"] !== "string") return undefined;
  return { parent: value["parent"], id: value["id"], ...(value["forward"] === true ? { forward: true } : {}) };
}

function parseObject(text: JsonText | null): Record<string, unknown> | undefined {
  if (text === null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

import type { FailureDetails, InstanceState, JsonText, RuntimeStatus } from "@durable-host/engine";

/** An orchestration instance as a test sees it: payloads as values, times as dates. */
export interface TestInstance {
  readonly instanceId: string;
  readonly name: string;
  readonly version: string;
  readonly runtimeStatus: RuntimeStatus;
  /** Undefined when it was started without input. */
  readonly input: unknown;
  /** The result; for Failed the error's text, for Terminated the reason. Undefined while there is none. */
  readonly output: unknown;
  readonly customStatus: unknown;
  /** Only for apps that have registered a provider of exception properties. */
  readonly failureDetails?: FailureDetails;
  readonly parentInstanceId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly lastUpdatedAt: Date;
  /** Absent while it runs. */
  readonly completedAt?: Date;
}

/** What a test sees of an instance. */
export function toTestInstance(state: InstanceState): TestInstance {
  const { instanceId, name, version, runtimeStatus, failureDetails, parentInstanceId, tags, completedAt } = state;
  const isText = runtimeStatus === "Failed" || runtimeStatus === "Terminated";
  return {
    instanceId,
    name,
    version,
    runtimeStatus,
    input: valueOf(state.input),
    output: isText ? (state.output ?? undefined) : valueOf(state.output),
    customStatus: valueOf(state.customStatus),
    ...(failureDetails ? { failureDetails } : {}),
    ...(parentInstanceId === undefined ? {} : { parentInstanceId }),
    ...(tags ? { tags } : {}),
    createdAt: new Date(state.createdAt),
    lastUpdatedAt: new Date(state.lastUpdatedAt),
    ...(completedAt === undefined ? {} : { completedAt: new Date(completedAt) }),
  };
}

/** The value of a payload; undefined for "no payload". */
export function valueOf(text: JsonText | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A payload for a value; undefined, and what JSON cannot hold, is "no payload". */
export function payloadOf(value: unknown): JsonText | null {
  return (JSON.stringify(value) as string | undefined) ?? null;
}

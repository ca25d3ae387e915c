import {
  isTerminal,
  type EntityExplanation,
  type InstanceExplanation,
  type LockDescription,
} from "@durable-host/engine";
import { age, moment, waitText } from "./explanation-text";
import { outputJson } from "./status-json";

/** Fields that are milliseconds since the epoch in the engine and ISO 8601 text on the wire, wherever they stand. */
const TIMES: ReadonlySet<string> = new Set([
  ..."asOf createdTime lastUpdatedTime at".split(" "),
  ..."since fireAt scheduledFor notBefore expiresAt lockedSince".split(" "),
]);

/**
 * Explanation body as JSON text. Every entry has a `text` that can be shown as it is, and the data it was made from.
 * `top`: how many of the waits are shown; `waitsForCount` tells how many there are.
 */
export function explanationJson(explanation: InstanceExplanation, top: number): string {
  const { at, instance, waitsFor, holds, lock, lockKnown, codeHasEnded, entity } = explanation;
  const body = {
    name: instance.name,
    instanceId: instance.instanceId,
    executionId: instance.executionId,
    version: instance.version,
    runtimeStatus: instance.runtimeStatus,
    createdTime: instance.createdAt,
    lastUpdatedTime: instance.lastUpdatedAt,
    asOf: at,
    text: summary(explanation),
    waitsForCount: waitsFor.length,
    waitsFor: waitsFor.slice(0, top).map((wait) => Object.assign({ type: wait.type, text: waitText(wait, at) }, wait)),
    ...(holds && {
      holds: { text: `is in a critical section over ${quoted(holds.entities)} for ${age(holds.since, at)}`, ...holds },
    }),
    ...(lockKnown && { lock: lock === undefined ? null : { text: lockText(lock, at), ...lock } }),
    ...(codeHasEnded && { codeHasEnded }),
    ...(entity && { entity: { text: entityText(entity, at), ...entity } }),
    ...ended(explanation),
  };
  return JSON.stringify(withIsoTimes(body));
}

/** Writes times as text everywhere but in what the app has made: there, these names mean something else. */
function withIsoTimes(value: unknown, key = ""): unknown {
  if (value instanceof FromApp) return value.value;
  if (typeof value === "number") return TIMES.has(key) ? new Date(value).toISOString() : value;
  if (Array.isArray(value)) return value.map((each) => withIsoTimes(each));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withIsoTimes(each, name)]));
}

/** A value that is shown as it is. */
class FromApp {
  constructor(readonly value: unknown) {}
}

function ended({ instance }: InstanceExplanation): object {
  if (!isTerminal(instance.runtimeStatus)) return {};
  const { runtimeStatus: status, completedAt = instance.lastUpdatedAt, failureDetails } = instance;
  const output = new FromApp(JSON.parse(outputJson(instance)));
  const details = failureDetails && { failureDetails: new FromApp(failureDetails) };
  return { ended: { status, at: completedAt, output, ...details } };
}

/** The whole in one line. */
function summary({ at, instance, waitsFor, lock, codeHasEnded, entity }: InstanceExplanation): string {
  const { runtimeStatus, completedAt = instance.lastUpdatedAt, output } = instance;
  if (isTerminal(runtimeStatus)) {
    const why = runtimeStatus === "Completed" || output === null || output === "" ? "" : `: ${output}`;
    return `${runtimeStatus} at ${moment(completedAt, at)}${why}`;
  }
  const parts = [entity ? entityText(entity, at) : runtimeStatus];
  if (lock) parts.push(lockText(lock, at));
  if (codeHasEnded) parts.push("its code has ended, and it ends when the tasks it has started have");
  const [first, ...others] = waitsFor;
  if (first) parts.push(waitText(first, at) + (others.length === 0 ? "" : `, and ${others.length} more`));
  else if (!lock && !entity) parts.push("nothing is known that it waits for");
  return parts.join("; ");
}

function lockText({ owner, since, expiresAt }: LockDescription, now: number): string {
  const duration = since === undefined ? "" : ` for ${age(since, now)}`;
  return `executed by ${owner}${duration}, locked until ${moment(expiresAt, now)}`;
}

function entityText({ exists, queueLength, lockedBy, lockedSince }: EntityExplanation, now: number): string {
  const since = lockedSince === undefined ? "" : ` for ${age(lockedSince, now)}`;
  const locked = lockedBy === undefined ? "not locked" : `locked by '${lockedBy}'${since}`;
  return `entity ${exists ? "with" : "without"} state, ${locked}, ${queueLength} queued`;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(", ");
}

import { isDeepStrictEqual } from "node:util";
import type { EpisodeResult, OrchestratorAction } from "@durable-host/engine";

/**
 * Says where a replay's result differs from that of the resident session, or undefined when they agree.
 * `recorded` are the ids that history has already: a replay asks for those too, a continuation does not.
 */
export function describeDifference(
  continued: EpisodeResult,
  replayed: EpisodeResult,
  recorded: ReadonlySet<number>,
): string | undefined {
  const repeated = replayed.actions.filter((action) => !recorded.has(action.id));
  const parts: readonly [string, unknown, unknown][] = [
    ["actions", continued.actions.map(withoutRequestId), repeated.map(withoutRequestId)],
    ["completion", continued.completion, replayed.completion],
    ["custom status", continued.customStatus, replayed.customStatus],
    ["canceled timers", continued.canceledTimers, replayed.canceledTimers],
    ["unconsumed events", continued.unconsumedEvents, replayed.unconsumedEvents],
  ];
  for (const [what, a, b] of parts) {
    if (!isDeepStrictEqual(a, b))
      return `${what}: ${JSON.stringify(a)} in the first run, ${JSON.stringify(b)} in the replay`;
  }
  return undefined;
}

/** Request ids are made anew by every run; history keeps the first. */
function withoutRequestId(action: OrchestratorAction): unknown {
  if (action.type !== "SendEvent" || action.input === null) return action;
  const body: unknown = JSON.parse(action.input);
  return { ...action, input: { ...(body as object), id: "" } };
}

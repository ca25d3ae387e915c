import { isDeepStrictEqual } from "node:util";
import type { EpisodeResult, OrchestratorAction } from "@durable-host/engine";

/** Says where a replay's result differs from that of the resident session, or undefined when they agree. */
export function describeDifference(continued: EpisodeResult, replayed: EpisodeResult): string | undefined {
  const first = continued.actions[0];
  const repeated = first ? replayed.actions.filter((action) => action.id >= first.id) : [];
  const parts: readonly [string, unknown, unknown][] = [
    ["actions", continued.actions.map(withoutRequestId), repeated.map(withoutRequestId)],
    ["completion", continued.completion, replayed.completion],
    ["custom status", continued.customStatus, replayed.customStatus],
    ["canceled timers", continued.canceledTimers, replayed.canceledTimers],
    ["unconsumed events", continued.unconsumedEvents, replayed.unconsumedEvents],
  ];
  for (const [what, a, b] of parts) {
    if (!isDeepStrictEqual(a, b))
      return `${what}: ${JSON.stringify(a)} in the session, ${JSON.stringify(b)} in the replay`;
  }
  return undefined;
}

/** Request ids are made anew by every run; history keeps the first. */
function withoutRequestId(action: OrchestratorAction): unknown {
  if (action.type !== "SendEvent" || action.input === null) return action;
  const body: unknown = JSON.parse(action.input);
  return { ...action, input: { ...(body as object), id: "" } };
}

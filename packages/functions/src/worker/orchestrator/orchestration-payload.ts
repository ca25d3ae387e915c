import type { EpisodeRequest } from "./episode-request";

/** Replay schema of the out-of-process protocol (contract §1): the newest, with entity locks. */
export const SCHEMA_VERSION = 3;

/** Longest time a single timer may take: all that .NET's TimeSpan holds, as stores keep timers of any length. */
const LONGEST_TIMER = "10675199.02:48:05.4775807";

/** The trigger value of an orchestrator (contract §1); `httpPollMs` as in the session's options. */
export function orchestrationPayload(
  request: EpisodeRequest,
  history: readonly object[],
  isReplaying: boolean,
  httpPollMs: number,
): object {
  return {
    history,
    input: parseInput(request.input),
    instanceId: request.instanceId,
    isReplaying,
    parentInstanceId: request.parent?.instanceId ?? null,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: SCHEMA_VERSION,
    longRunningTimerIntervalDuration: "00:00:00",
    maximumShortTimerDuration: LONGEST_TIMER,
    // Upstream's spelling; the SDK reads it under this name.
    defaultHttpAsyncRequestSleepTimeMillseconds: httpPollMs,
  };
}

function parseInput(input: string | null): unknown {
  if (input === null || input === "") return null;
  try {
    return JSON.parse(input);
  } catch {
    // A client of another kind may have stored plain text.
    return input;
  }
}

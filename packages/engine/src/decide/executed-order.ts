import type { HistoryEvent } from "../model/history-event";
import { isForUserCode } from "./runtime-state";

/**
 * The events of a history in the order in which user code was shown them.
 *
 * While an instance is suspended its messages are recorded but not executed; on resume they come first, after the
 * resuming episode's OrchestratorStarted. A replay has to repeat that, or times and ids derived from the time would
 * differ from what the first run saw. Without a suspension the history is its own executed order.
 */
export function executedOrder(history: readonly HistoryEvent[]): readonly HistoryEvent[] {
  if (!history.some((event) => event.type === "ExecutionSuspended")) return history;
  const shown: HistoryEvent[] = [];
  let withheld: HistoryEvent[] = [];
  let suspended = false;
  for (const episode of episodesOf(history)) {
    for (const event of episode) {
      if (event.type === "ExecutionSuspended") suspended = true;
      else if (event.type === "ExecutionResumed") suspended = false;
    }
    if (suspended) {
      withheld.push(...episode.filter(isForUserCode));
      continue;
    }
    const [started, ...rest] = episode;
    if (started) shown.push(started);
    shown.push(...withheld, ...rest);
    withheld = [];
  }
  return shown;
}

function* episodesOf(history: readonly HistoryEvent[]): Generator<readonly HistoryEvent[]> {
  let begin = 0;
  for (let index = 1; index < history.length; index++) {
    if (history[index]?.type !== "OrchestratorStarted") continue;
    yield history.slice(begin, index);
    begin = index;
  }
  if (begin < history.length) yield history.slice(begin);
}

import type { HistoryEvent } from "../model/history-event";
import type { EpisodeResult } from "../ports/executor";

const NONE: ReadonlySet<HistoryEvent> = new Set();

/**
 * The events of an episode that its code has been shown and has not come to (see EpisodeResult.eventsProcessed). What had been
 * withheld by a suspension is in history already, and counts as processed.
 */
export function unprocessedEvents(
  shown: readonly HistoryEvent[],
  { eventsProcessed }: EpisodeResult,
): ReadonlySet<HistoryEvent> {
  return eventsProcessed === undefined ? NONE : new Set(shown.slice(Math.max(0, eventsProcessed)));
}

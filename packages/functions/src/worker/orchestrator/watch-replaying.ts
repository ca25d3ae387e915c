/**
 * Notices when orchestrator code is told that it is not replaying.
 *
 * `isReplaying` is the one thing that a replay answers differently from the run it repeats. Code that only uses it to keep
 * quiet is indifferent to that; code that keeps the answer, or returns it, is not, and what it then does must be what a
 * replay would have made of it, as upstream replays every episode. Nobody can tell the two apart from outside.
 * `onAssigned` is told of the orchestration's context before user code runs for the first time.
 */
export function watchReplaying(context: object, onToldLive: () => void, onAssigned?: (df: object) => void): void {
  let df: unknown;
  // The SDK assigns `df` within its handler, right before user code runs for the first time.
  Object.defineProperty(context, "df", {
    configurable: true,
    enumerable: true,
    get: () => df,
    set(value: unknown) {
      df = value;
      if (typeof value !== "object" || value === null) return;
      watchProperty(value, onToldLive);
      onAssigned?.(value);
    },
  });
}

function watchProperty(df: object, onToldLive: () => void): void {
  let replaying: unknown = Reflect.get(df, "isReplaying");
  Object.defineProperty(df, "isReplaying", {
    configurable: true,
    enumerable: true,
    get() {
      if (replaying !== true) onToldLive();
      return replaying;
    },
    set(value: unknown) {
      replaying = value;
    },
  });
}

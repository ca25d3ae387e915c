import { DurableHostError } from "@durable-host/engine";

/** Problems of the store, whose messages do not know by which option it was chosen. */
const ABOUT_THE_STORE: ReadonlySet<DurableHostError["code"]> = new Set([
  "STORE_IN_USE",
  "STORE_CORRUPT",
  "SCHEMA_TOO_NEW",
]);

/** What to print when the host cannot start: one paragraph for what was foreseen, the stack for a defect. */
export function describeStartError(error: unknown): string {
  if (error instanceof DurableHostError) {
    return ABOUT_THE_STORE.has(error.code) ? `${error.message} Another folder: --data-dir DIR.` : error.message;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `durable-host could not start because of an error nobody foresaw; please report it with these lines.\n${detail}`;
}

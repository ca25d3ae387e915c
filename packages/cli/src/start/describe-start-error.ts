import { DurableHostError } from "@durable-host/engine";
import type { HostConfiguration } from "@durable-host/functions";

/** Problems of an embedded store, whose messages do not know by which option it was chosen. */
const ABOUT_THE_STORE: ReadonlySet<DurableHostError["code"]> = new Set([
  "STORE_IN_USE",
  "STORE_CORRUPT",
  "SCHEMA_TOO_NEW",
]);

/** What to print when the host cannot start: one paragraph for what was foreseen, the stack for a defect. */
export function describeStartError(error: unknown, storage: HostConfiguration["storage"]["type"] = "embedded"): string {
  if (error instanceof DurableHostError) {
    const isInFolder = storage === "embedded" && ABOUT_THE_STORE.has(error.code);
    return isInFolder ? `${error.message} Another folder: --data-dir DIR.` : error.message;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `durable-host could not start because of an error nobody foresaw; please report it with these lines.\n${detail}`;
}

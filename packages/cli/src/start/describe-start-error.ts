import { DurableHostError } from "@durable-host/engine";

/** Where the user can read on. */
const HINT: Partial<Record<DurableHostError["code"], string>> = {
  STORE_IN_USE: "Stop the other host, or choose another folder with --data-dir.",
  STORE_CORRUPT: "Nothing was changed. Put a backup in its place, or start with an empty folder: --data-dir.",
  SCHEMA_TOO_NEW: "Use the version of durable-host that wrote it, or choose another folder with --data-dir.",
};

/** What to print when the host cannot start: one paragraph for what was foreseen, the stack for a defect. */
export function describeStartError(error: unknown): string {
  if (error instanceof DurableHostError) {
    const hint = HINT[error.code];
    return hint === undefined || error.message.includes("--data-dir") ? error.message : `${error.message} ${hint}`;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `durable-host could not start because of an error nobody foresaw; please report it with these lines.\n${detail}`;
}

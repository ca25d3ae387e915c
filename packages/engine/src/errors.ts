/**
 * Every code the runtime reports. Requests: the caller's fault. Storage and lock: the provider's word on what happened.
 * Configuration: stop and tell. The table of what happens for each is docs/errors.md.
 */
export const ERROR_CODES = [
  "INSTANCE_NOT_FOUND",
  "INSTANCE_EXISTS",
  "INSTANCE_ENDED",
  "INSTANCE_STATE",
  "INSTANCE_NOT_FAILED",
  "INSTANCE_RUNNING",
  "INVALID_INSTANCE_ID",
  "INVALID_ARGUMENT",
  "UNKNOWN_FUNCTION",
  "PAYLOAD_TOO_LARGE",
  "LOCK_LOST",
  "STORAGE_TRANSIENT",
  "STORAGE_PERMANENT",
  "STORE_IN_USE",
  "STORE_CORRUPT",
  "SCHEMA_TOO_NEW",
  "CONFIG_INVALID",
  "APP_LOAD_FAILED",
  "WORKER_LOST",
  "WORKER_UNAVAILABLE",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error the runtime foresees. `message` says what happened and, for people, what to do about it. */
export class DurableHostError extends Error {
  readonly code: ErrorCode;
  /** True when a storage provider cannot tell whether a rejected operation took effect (guarantee P2). */
  readonly outcomeUnknown?: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly outcomeUnknown?: boolean },
  ) {
    super(message, options);
    this.name = "DurableHostError";
    this.code = code;
    if (options?.outcomeUnknown) this.outcomeUnknown = true;
  }
}

/** Tells whether an error is a foreseen one with this code. */
export function hasCode(error: unknown, code: ErrorCode): error is DurableHostError {
  return error instanceof DurableHostError && error.code === code;
}

/** What somebody threw, in words: anything can be thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

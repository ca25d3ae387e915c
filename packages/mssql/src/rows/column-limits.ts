import { DurableHostError, wholeTime } from "@durable-host/engine";
import { needsExactText, UTF8, type TextStorage } from "./exact-text";

/** Widths of Microsoft's varchar columns, in bytes (contract §1.2). */
export const COLUMN_BYTES = {
  instanceId: 100,
  executionId: 50,
  name: 300,
  version: 100,
  traceContext: 800,
  tags: 8000,
} as const;

// What datetime2 can hold: the years 1 to 9999.
const FIRST_TIME = Date.UTC(1970, 0, 1) - 62_135_596_800_000;
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export function byteLength(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/**
 * An instance id as it is, if the column can hold all of it. Truncated, or with other characters, it would be another
 * instance's.
 * @throws DurableHostError INVALID_INSTANCE_ID
 */
export function checkedInstanceId(instanceId: string, { isUtf8 }: TextStorage = UTF8): string {
  const bytes = byteLength(instanceId);
  if (needsExactText(instanceId, isUtf8)) {
    throw new DurableHostError(
      "INVALID_INSTANCE_ID",
      `The instance id '${shortened(instanceId)}' has characters that the database would lose: ` +
        "beyond ASCII an id needs a database whose collation ends in _UTF8.",
    );
  }
  if (bytes <= COLUMN_BYTES.instanceId) return instanceId;
  throw new DurableHostError(
    "INVALID_INSTANCE_ID",
    `The instance id '${shortened(instanceId)}' has ${bytes} bytes (UTF-8). SQL Server keeps ids of at most ` +
      `${COLUMN_BYTES.instanceId} bytes: choose a shorter one.`,
  );
}

/** Tells whether there can be an instance of this id at all. To a procedure another one would be the id of another instance. */
export function isStorableId(instanceId: string, { isUtf8 }: TextStorage): boolean {
  return byteLength(instanceId) <= COLUMN_BYTES.instanceId && !needsExactText(instanceId, isUtf8);
}

/**
 * A text as it is, if a column of this many bytes can hold all of it.
 * @throws DurableHostError INVALID_ARGUMENT, naming `what`
 */
export function checkedText(text: string, bytes: number, what: string): string {
  const length = byteLength(text);
  if (length <= bytes) return text;
  throw new DurableHostError(
    "INVALID_ARGUMENT",
    `${what} '${shortened(text)}' has ${length} bytes (UTF-8). SQL Server keeps at most ${bytes} of it: choose a shorter one.`,
  );
}

/**
 * A time as a datetime2 column can hold it: whole milliseconds, never earlier, between the years 1 and 9999.
 * @throws DurableHostError INVALID_ARGUMENT when it is no time
 */
export function columnTime(time: number, what: string): number {
  const whole = wholeTime(time, what);
  return Math.min(Math.max(whole, FIRST_TIME), LAST_TIME);
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

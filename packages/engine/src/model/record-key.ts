import { DurableHostError } from "../errors";

const RECORD_KEY = /^[a-z0-9:._/-]{1,200}$/;

/**
 * Keys of records are the same in every store, whatever its collation: lower-case letters, digits and `: . _ / -`, at most 200.
 * @throws DurableHostError INVALID_ARGUMENT
 */
export function checkRecordKey(key: string): void {
  if (RECORD_KEY.test(key)) return;
  throw new DurableHostError(
    "INVALID_ARGUMENT",
    `"${key}" cannot be the key of a record: it takes 1 to 200 lower-case letters, digits and the characters : . _ / -`,
  );
}

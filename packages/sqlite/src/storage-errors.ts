import { DurableHostError } from "@durable-host/engine";

/** Primary result codes of SQLite that mean something to people (https://sqlite.org/rescode.html). */
const SQLITE = {
  PERM: 3,
  BUSY: 5,
  LOCKED: 6,
  NOMEM: 7,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  TOOBIG: 18,
  NOTADB: 26,
};

const DISK_FULL_CODES = new Set(["ENOSPC", "EDQUOT"]);

/** Translates what the driver or the file system throws; foreseen errors pass through. The only place that knows driver numbers. */
export function storageError(error: unknown, file: string): DurableHostError {
  if (error instanceof DurableHostError) return error;
  const result = resultCode(error);
  if (isDiskFull(error)) return diskFull(file, error);
  switch (result) {
    case SQLITE.CORRUPT:
    case SQLITE.NOTADB:
      return corruptStore(file, describe(error), error);
    case SQLITE.BUSY:
    case SQLITE.LOCKED:
      return new DurableHostError("STORE_IN_USE", `The store ${file} is in use by another process.`, { cause: error });
    case SQLITE.NOMEM:
    case SQLITE.IOERR:
      return new DurableHostError(
        "STORAGE_TRANSIENT",
        `Reading or writing the store ${file} failed (${describe(error)}). Nothing of this operation was saved; it can be repeated.`,
        { cause: error },
      );
    case SQLITE.TOOBIG:
      return new DurableHostError("STORAGE_PERMANENT", `A payload is too large for the store ${file} (at most 1 GB).`, {
        cause: error,
      });
    case SQLITE.PERM:
    case SQLITE.READONLY:
    case SQLITE.CANTOPEN:
      return new DurableHostError(
        "STORAGE_PERMANENT",
        `The store ${file} cannot be opened for writing (${describe(error)}). Check that its directory exists and that this user may write to it.`,
        { cause: error },
      );
    default:
      return new DurableHostError("STORAGE_PERMANENT", `The store ${file} failed: ${describe(error)}.`, {
        cause: error,
      });
  }
}

/** Tells whether there was no space for what was to be written. */
export function isDiskFull(error: unknown): boolean {
  return resultCode(error) === SQLITE.FULL || hasFileSystemCode(error, DISK_FULL_CODES);
}

/** Tells whether the driver says that another connection holds the file. */
export function isBusy(error: unknown): boolean {
  const result = resultCode(error);
  return result === SQLITE.BUSY || result === SQLITE.LOCKED;
}

/** The file is no store of ours, or not whole. It is left as it is: only people may decide to give up state. */
export function corruptStore(file: string, finding: string, cause?: unknown): DurableHostError {
  return new DurableHostError(
    "STORE_CORRUPT",
    `The store ${file} cannot be used: ${finding}. Restore a copy of it, or move it (with its -wal file) out of the way to begin ` +
      `with an empty store. Nothing was changed or deleted.`,
    { cause },
  );
}

/** A value of a row has not the type it was written with. */
export function corruptRow(column: string): DurableHostError {
  return new DurableHostError(
    "STORE_CORRUPT",
    `The store holds an unreadable value in column ${column}. Restore a copy of the file, or move it out of the way to begin with an empty store.`,
  );
}

function diskFull(file: string, cause: unknown): DurableHostError {
  return new DurableHostError(
    "STORAGE_TRANSIENT",
    `The disk that holds the store ${file} is full. Nothing of this operation was saved; it can be repeated as soon as there is space.`,
    { cause },
  );
}

// Errors of the driver and of Node are told by their fields, not by their class: they may come from another realm.
function resultCode(error: unknown): number | undefined {
  const errcode = fieldOf(error, "errcode");
  // Extended codes carry the primary code in their low byte.
  return typeof errcode === "number" ? errcode & 0xff : undefined;
}

function hasFileSystemCode(error: unknown, codes: ReadonlySet<string>): boolean {
  const code = fieldOf(error, "code");
  return typeof code === "string" && codes.has(code);
}

function describe(error: unknown): string {
  const message = fieldOf(error, "message");
  return typeof message === "string" ? message : String(error);
}

function fieldOf(error: unknown, field: string): unknown {
  return typeof error === "object" && error !== null ? Reflect.get(error, field) : undefined;
}

import { closeSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DurableHostError } from "@durable-host/engine";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { isOurs, migrate } from "../migrate";
import { prepareStatements, type Statements } from "../sql/statements";
import { corruptStore, isBusy, storageError } from "../storage-errors";
import { LogSync } from "./log-sync";
import { makeDirectory } from "./make-directory";
import { preallocateLog } from "./preallocate-log";
import { forgetOwner, readOwner, recordOwner } from "./owner-file";

/** Stores up to this size are checked whole when opened (tens of milliseconds); of larger ones, what is read is checked. */
const FULL_CHECK_PAGES = 4_096;

/**
 * Under constant load the log is copied into the file before it outgrows what was preallocated: seldom, because each copy
 * holds the event loop, and because a page that was changed many times is then copied once. In pauses see checkpoints.ts.
 */
const BUSY_CHECKPOINT_PAGES = 3_900;

/** An open store that no other process can open. */
export interface Connection {
  readonly database: DatabaseSyncInstance;
  readonly statements: Statements;
  /** The log that `sync` makes durable; a store in memory has none, and its own name here. */
  readonly walFile: string;
  /** Resolves when everything committed so far would survive a loss of power; `operations`: how many wait for it. */
  sync(operations: number): Promise<void>;
  /** Copies the log into the file as far as possible, so that it can be rewound. */
  checkpoint(): void;
  close(): void;
}

/**
 * Opens the file, creating it and its directory when missing, and makes this process its owner until it ends.
 *
 * `locking_mode=EXCLUSIVE` makes SQLite keep its file lock, which the operating system drops with the process, however
 * it ends; and it needs no shared memory, so network file systems work too. The lock belongs to the process: nothing
 * else in it may open and close the file itself, for POSIX drops all locks of a process with any descriptor it closes.
 *
 * @throws DurableHostError STORE_IN_USE, STORE_CORRUPT, SCHEMA_TOO_NEW, STORAGE_*
 */
export function openDatabase(file: string): Connection {
  let database: DatabaseSyncInstance | undefined;
  try {
    makeDirectory(dirname(file));
    database = new DatabaseSync(file, { timeout: 0 });
    // Before anything else is done with the file: this decides how SQLite enters WAL mode, and who owns the file.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT; PRAGMA busy_timeout = 1000");
    const existed = isOurs(database, file);
    configure(database, file);
    migrate(database);
    if (existed) checkIntegrity(database, file);
    return connect(database, file);
  } catch (error) {
    database?.close();
    throw isBusy(error) ? inUse(file, error) : storageError(error, file);
  }
}

function configure(database: DatabaseSyncInstance, file: string): void {
  const { journal_mode: mode } = database.prepare("PRAGMA journal_mode = WAL").get();
  if (mode !== "wal") throw corruptStore(file, `its journal mode is ${mode} and cannot be changed to WAL`);
  // NORMAL syncs the file and a restarted log around checkpoints; the log of each commit is synced by `sync`.
  database.exec(
    `PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${BUSY_CHECKPOINT_PAGES}; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY`,
  );
}

function checkIntegrity(database: DatabaseSyncInstance, file: string): void {
  const { page_count: pages } = database.prepare("PRAGMA page_count").get();
  if (pages > FULL_CHECK_PAGES) return;
  const { quick_check: finding } = database.prepare("PRAGMA quick_check(1)").get();
  if (finding !== "ok") throw corruptStore(file, finding);
}

function connect(database: DatabaseSyncInstance, file: string): Connection {
  const walFile = `${file}-wal`;
  const statements = prepareStatements(database);
  // SQLite never replaces the log file while a connection is open: a checkpoint rewinds it. One descriptor serves for good.
  const wal = openSync(walFile, "r+");
  preallocateLog(wal);
  const log = new LogSync(wal);
  recordOwner(file);
  return {
    database,
    statements,
    walFile,
    sync: (operations) => log.sync(operations),
    checkpoint: () => database.exec("PRAGMA wal_checkpoint(PASSIVE)"),
    close() {
      closeSync(wal);
      forgetOwner(file);
      release(database);
    },
  };
}

/**
 * Closes the database. The driver finalises prepared statements only when they are garbage collected, and until then a
 * closed connection would keep the file locked; so the lock is given up first, which SQLite does only outside WAL
 * mode. After this the file is complete in itself: without a log it can be copied as it is.
 */
function release(database: DatabaseSyncInstance): void {
  try {
    database.exec("PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT 1 FROM sqlite_schema");
  } catch {
    // Busy, damaged, or no space for the copy: whatever is in the log stays there and is read by the next owner.
  }
  database.close();
}

function inUse(file: string, cause: unknown): DurableHostError {
  const owner = readOwner(file);
  const who = owner === undefined ? "another process" : `another process (pid ${owner})`;
  return new DurableHostError(
    "STORE_IN_USE",
    `The store ${file} is in use by ${who}. One process owns a store: stop the other one, or give this one a data directory of its own.`,
    { cause },
  );
}

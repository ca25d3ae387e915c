import { fdatasyncSync, fstatSync, ftruncateSync, writeSync } from "node:fs";
import { isDiskFull } from "../storage-errors";

/** How long the log is made in advance. It is rewound before it outgrows this, so it stays that long. */
export const LOG_BYTES = 16 * 1024 * 1024;

const CHUNK_BYTES = 1024 * 1024;

/**
 * Writes zeros behind the end of the log, so that a flush has nothing to do but to write data: while a file grows, each
 * flush has to record its new length too, which takes as long again (measured in docs/decisions/001-embedded-store.md).
 *
 * SQLite reads a log up to the first frame whose checksum does not fit, and zeros are no frame. It must not be writing
 * meanwhile: call this before the first transaction.
 */
export function preallocateLog(descriptor: number): void {
  const { size } = fstatSync(descriptor);
  const zeros = Buffer.alloc(CHUNK_BYTES);
  try {
    for (let end = size; end < LOG_BYTES; end += CHUNK_BYTES) {
      writeSync(descriptor, zeros, 0, Math.min(CHUNK_BYTES, LOG_BYTES - end), end);
    }
    fdatasyncSync(descriptor);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    // A full disk is no reason not to start, and what little space there is belongs to the commits.
    ftruncateSync(descriptor, size);
  }
}

import { readFileSync, rmSync, writeFileSync } from "node:fs";

/**
 * A note beside the store that says who owns it, for the message a second process prints. It decides nothing:
 * a note left behind by a killed process does no harm, so failures to write or remove it are not errors.
 */
function ownerFile(file: string): string {
  return `${file}.owner`;
}

export function recordOwner(file: string): void {
  try {
    writeFileSync(ownerFile(file), `${process.pid}\n`);
  } catch {
    // Only the message of a second process is less helpful without it.
  }
}

export function forgetOwner(file: string): void {
  try {
    rmSync(ownerFile(file), { force: true });
  } catch {
    // See recordOwner.
  }
}

/** The process id in the note, if there is a readable one. */
export function readOwner(file: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(ownerFile(file), "utf8"), 10);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a directory with those above it, so that they survive a loss of power. SQLite sees to the entry of the store in
 * its directory; nobody but us sees to the entry of that directory in the one above.
 */
export function makeDirectory(path: string): void {
  const firstMade = mkdirSync(path, { recursive: true });
  // Windows cannot open directories; its file systems log such changes.
  if (firstMade === undefined || process.platform === "win32") return;
  const top = dirname(firstMade);
  for (let above = dirname(path); above.length >= top.length; above = dirname(above)) {
    syncDirectory(above);
    if (above === dirname(above)) return;
  }
}

function syncDirectory(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

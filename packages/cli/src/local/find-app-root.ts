import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The app a folder belongs to: the folder itself if it looks like one, else the nearest one above with a host.json
 * (functions-host contract §7.1). Without any, the folder: whoever reads the app there says what is missing.
 */
export function findAppRoot(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  for (let each = folder; ; each = dirname(each)) {
    if (existsSync(join(each, "host.json"))) return each;
    if (each === dirname(each)) return folder;
  }
}

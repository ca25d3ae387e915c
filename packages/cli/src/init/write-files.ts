import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LocalSurroundings } from "../local/local-command";

/** Writes files below a folder; those that exist stay as they are unless `force`. Says what it does with each. */
export function writeFiles(
  folder: string,
  files: Readonly<Record<string, string>>,
  force: boolean,
  { print, colors }: Pick<LocalSurroundings, "print" | "colors">,
): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, ...path.split("/"));
    if (existsSync(file) && !force) {
      print(colors.yellow(`${path} already exists. Skipped; --force writes it again.`));
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    print(`Writing ${path}`);
  }
}

import { readFile } from "node:fs/promises";
import path from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { asSystemError, toError } from "./system-error";

/** What counts of the app's package.json (contract §1.1). */
export interface AppPackage {
  /** Glob of the entry files. */
  readonly main?: string;
  readonly isEsModule: boolean;
  /** Why package.json could not be used. */
  readonly warning?: string;
}

/** Reads `<app root>/package.json`; a missing or broken one counts as empty. */
export async function readAppPackage(appRoot: string): Promise<AppPackage> {
  const file = path.join(appRoot, "package.json");
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    return { isEsModule: false, warning: `Cannot use ${file}: ${toError(error).message}` };
  }
  if (typeof content !== "object" || content === null) {
    return { isEsModule: false, warning: `Cannot use ${file}: it holds no JSON object.` };
  }
  const main = "main" in content && typeof content.main === "string" ? content.main : undefined;
  const isEsModule = "type" in content && content.type === "module";
  return { isEsModule, ...(main && { main }) };
}

/**
 * The entry files a `main` pattern matches, relative to the app root, in the order in which they load: as a walk meets
 * them that lists each folder by name before it goes deeper. Throws when there is none.
 */
export async function findEntryFiles(appRoot: string, pattern: string): Promise<string[]> {
  const files = await glob(pattern, { cwd: appRoot });
  if (files.length > 0) return files.sort(byDepthThenName);
  const message = isDynamicPattern(pattern) ? "Found zero files matching the supplied pattern" : "File does not exist";
  const advice = pattern === "index.js" ? `. Learn more here: https://aka.ms/AAla7et` : "";
  throw asSystemError(new Error(message + advice));
}

function byDepthThenName(a: string, b: string): number {
  const depth = a.split("/").length - b.split("/").length;
  if (depth !== 0) return depth;
  return a < b ? -1 : Number(a > b);
}

/** Tells how Node would load a file (contract §1.1). */
export function isEsModuleFile(file: string, app: AppPackage): boolean {
  if (file.endsWith(".mjs")) return true;
  return !file.endsWith(".cjs") && app.isEsModule;
}

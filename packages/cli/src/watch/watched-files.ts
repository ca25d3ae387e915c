import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { findEntryFiles, readAppPackage } from "@durable-host/functions";
import type { StartOptions } from "../start/start-options";

const CONFIGURATION = ["host.json", "local.settings.json", "package.json"];
/** What a program may be made of. Only what has been loaded counts; this spares a look at all the rest. */
const CODE = /\.(?:[cm]?[jt]s|jsx|tsx|json|node)$/;
/** Folders that hold no code of the app itself. */
const SKIPPED = new Set(["node_modules", "test", "tests", "coverage"]);

/** Tells which changes of files concern the app: of its configuration, of what it has loaded, of what it would load now. */
export class WatchedFiles {
  readonly #root: string;
  readonly #dataDir: string;
  /** Digests of the contents that the app has, by path. */
  readonly #digests = new Map<string, string | undefined>();
  #entryFiles: readonly string[] = [];
  #onAdded: ((files: readonly string[]) => void) | undefined;

  constructor({ scriptRoot, dataDir }: Pick<StartOptions, "scriptRoot" | "dataDir">) {
    this.#root = scriptRoot;
    this.#dataDir = resolve(dataDir);
    this.add(CONFIGURATION.map((name) => join(scriptRoot, name)));
  }

  /** Paths of the files that have been loaded so far, and of the configuration that is there. */
  get existing(): readonly string[] {
    return [...this.#digests.keys()].filter((file) => existsSync(file));
  }

  /** Files that the app has loaded, absolute. */
  readonly add = (files: readonly string[]): void => {
    const added = files.filter((file) => !this.#digests.has(file));
    for (const file of added) this.#digests.set(file, digestOf(file));
    if (added.length > 0) this.#onAdded?.(added);
  };

  /** Calls back with files that are loaded later. */
  onAdded(listener: (files: readonly string[]) => void): void {
    this.#onAdded = listener;
  }

  /** Notes which files the app's `main` names now. */
  async readEntryFiles(): Promise<readonly string[]> {
    return (this.#entryFiles = await entryFiles(this.#root));
  }

  /** Tells whether the app has to be loaded again because of a change; writing the same again is none. */
  async concerns(event: string, path: string): Promise<boolean> {
    if (this.#digests.has(path)) return this.#hasChanged(path);
    if (event === "change" || !CODE.test(path)) return false;
    return (await entryFiles(this.#root)).join("\n") !== this.#entryFiles.join("\n");
  }

  /** Files that have changed although nobody has looked: between the load of the app and the begin of the watch. */
  changedUnseen(): readonly string[] {
    return [...this.#digests.keys()].filter((path) => this.#hasChanged(path));
  }

  #hasChanged(path: string): boolean {
    const before = this.#digests.get(path);
    const now = digestOf(path);
    this.#digests.set(path, now);
    return now !== before;
  }

  /** Tells whether a path cannot concern the app, so that nobody needs to look at it. */
  ignores(path: string, isFile: boolean): boolean {
    const inside = relative(this.#root, path);
    if (inside === "" || this.#digests.has(path)) return false;
    const absolute = resolve(path);
    if (absolute === this.#dataDir || absolute.startsWith(this.#dataDir + sep)) return true;
    if (inside.split(sep).some((part) => SKIPPED.has(part) || (part.startsWith(".") && part !== ".."))) return true;
    return isFile && !CODE.test(basename(path));
  }
}

/** Absolute, in the order in which they are loaded; none when `main` names none. */
export async function entryFiles(scriptRoot: string): Promise<readonly string[]> {
  const { main } = await readAppPackage(scriptRoot);
  const found = main === undefined ? [] : await findEntryFiles(scriptRoot, main).catch(() => []);
  return found.map((file) => join(scriptRoot, file));
}

/** The folders that hold the entry files, where new ones may appear. An entry file in the root has the whole root watched. */
export function foldersOf(scriptRoot: string, files: readonly string[]): readonly string[] {
  const tops = new Set<string>();
  for (const file of files) {
    const [top = "", ...rest] = relative(scriptRoot, file).split(sep);
    if (top === "..") continue;
    if (rest.length === 0) return [scriptRoot];
    tops.add(join(scriptRoot, top));
  }
  return [...tops];
}

function digestOf(file: string): string | undefined {
  try {
    return createHash("sha1").update(readFileSync(file)).digest("base64");
  } catch {
    return undefined; // It is gone, which differs from whatever it was.
  }
}

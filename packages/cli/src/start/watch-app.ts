import { existsSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { watch } from "chokidar";
import type { LineWriter } from "../console/line-writer";
import { describeStartError } from "./describe-start-error";
import type { RunningHost } from "./start-host";
import type { StartOptions } from "./start-options";

/** A build writes many files; what comes within this time is one change (functions-host contract §7.1). */
const QUIET_MS = 500;

const WATCHED_FILES = ["host.json", "local.settings.json", "package.json"];
const CODE = /\.(?:js|mjs|cjs|json)$/;
/** Folders that hold no code of the app itself. */
const SKIPPED = new Set(["node_modules", "test", "tests", "coverage"]);

/**
 * Reloads the app when its files change. Port, store and locks stay; what runs in the old app is finished there.
 * Returns a function that ends the watch.
 */
export function watchApp(host: RunningHost, options: StartOptions, output: LineWriter): () => Promise<void> {
  const { scriptRoot } = options;
  const roots = watchedRoots(
    scriptRoot,
    host.functions.map((fn) => fn.scriptFile),
  );
  const watcher = watch([...roots], {
    ignoreInitial: true,
    ignored: (path, stats) => isIgnored(path, options, stats?.isFile() === true),
  });
  const reloads = new Reloads(async (changed) => {
    output.line(`\nChanged: ${changed.map((path) => relative(scriptRoot, path)).join(", ")}. Reloading the app.`);
    try {
      await host.reload();
      output.line("The app is reloaded.");
    } catch (error) {
      output.line(`${describeStartError(error)}\nThe app stays as it was before the change.`);
    }
  });
  watcher.on("all", (_event, path) => reloads.changed(path));
  return async () => {
    await watcher.close();
    await reloads.end();
  };
}

/** The folders the entry files are in, and the configuration. An entry file in the root has the whole root watched. */
export function watchedRoots(scriptRoot: string, scriptFiles: readonly string[]): readonly string[] {
  const tops = new Set<string>();
  for (const file of scriptFiles) {
    const [top = "", ...rest] = relative(scriptRoot, file).split(sep);
    if (top === "..") continue;
    if (rest.length === 0) return [scriptRoot];
    tops.add(join(scriptRoot, top));
  }
  return [...tops, ...WATCHED_FILES.map((name) => join(scriptRoot, name)).filter((path) => existsSync(path))];
}

/** Tells whether a change of a path is none of the app. */
export function isIgnored(
  path: string,
  { scriptRoot, dataDir }: Pick<StartOptions, "scriptRoot" | "dataDir">,
  isFile: boolean,
): boolean {
  const inside = relative(scriptRoot, path);
  if (inside === "") return false;
  if (resolve(path) === resolve(dataDir) || resolve(path).startsWith(resolve(dataDir) + sep)) return true;
  if (inside.split(sep).some((part) => SKIPPED.has(part) || part.startsWith("."))) return true;
  return isFile && !CODE.test(basename(path));
}

/** Turns bursts of changes into reloads, one after the other. */
class Reloads {
  readonly #reload: (changed: readonly string[]) => Promise<void>;
  readonly #pending = new Set<string>();
  #timeout: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(reload: (changed: readonly string[]) => Promise<void>) {
    this.#reload = reload;
  }

  changed(path: string): void {
    this.#pending.add(path);
    clearTimeout(this.#timeout);
    this.#timeout = setTimeout(() => {
      const changed = [...this.#pending];
      this.#pending.clear();
      this.#running = this.#running.then(() => this.#reload(changed));
    }, QUIET_MS);
  }

  async end(): Promise<void> {
    clearTimeout(this.#timeout);
    await this.#running;
  }
}

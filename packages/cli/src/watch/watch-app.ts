import { relative, sep } from "node:path";
import { watch } from "chokidar";
import type { LineWriter } from "../console/line-writer";
import { describeStartError } from "../start/describe-start-error";
import type { RunningHost } from "../start/start-host";
import { Reloads } from "./reloads";
import { foldersOf, type WatchedFiles } from "./watched-files";

/** More names in one line tell a person nothing. */
const NAMES_SHOWN = 5;

export interface WatchAppOptions {
  readonly host: RunningHost;
  readonly scriptRoot: string;
  readonly files: WatchedFiles;
  readonly output: LineWriter;
}

/**
 * Reloads the app when its files change. Port, store and locks stay; what runs in the old app is finished there.
 * Resolves when changes are seen, to a function that ends the watch.
 */
export async function watchApp({ host, scriptRoot, files, output }: WatchAppOptions): Promise<() => Promise<void>> {
  const folders = foldersOf(scriptRoot, await files.readEntryFiles());
  const outside = (file: string) => !folders.some((folder) => file.startsWith(folder + sep));
  const watcher = watch([...folders, ...files.existing.filter(outside)], {
    ignoreInitial: true,
    ignored: (path, stats) => files.ignores(path, stats?.isFile() === true),
  });
  const reloads = new Reloads(async (changed) => {
    output.line(`\nChanged: ${listed(changed.map((path) => relative(scriptRoot, path)))}. Reloading the app.`);
    await reload(host, output);
    await files.readEntryFiles();
  });
  files.onAdded((added) => watcher.add(added.filter(outside)));
  watcher.on("all", (event, path) => {
    void files.concerns(event, path).then((concerns) => concerns && reloads.changed(path));
  });
  await new Promise<void>((ready) => watcher.once("ready", ready));
  for (const path of files.changedUnseen()) reloads.changed(path);
  return async () => {
    await watcher.close();
    await reloads.end();
  };
}

async function reload(host: RunningHost, output: LineWriter): Promise<void> {
  const startedAt = performance.now();
  const before = namesOf(host);
  try {
    await host.reload();
    const after = namesOf(host);
    const added = [...after].filter((name) => !before.has(name));
    const gone = [...before].filter((name) => !after.has(name));
    output.line(`The app is reloaded (${Math.round(performance.now() - startedAt)} ms).`);
    if (added.length > 0) output.line(`New functions: ${added.join(", ")}.`);
    if (gone.length > 0) output.line(`Functions that are gone: ${gone.join(", ")}.`);
  } catch (error) {
    output.line(`${describeStartError(error)}\nThe app stays as it was before the change.`);
  }
}

function namesOf({ functions }: RunningHost): ReadonlySet<string> {
  return new Set(functions.map(({ name }) => name));
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more` : shown;
}

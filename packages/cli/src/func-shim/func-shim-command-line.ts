import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { CommandFailure } from "../durable/command-failure";
import { findAppRoot } from "../local/find-app-root";
import type { LocalSurroundings, RunLocal } from "../local/local-command";
import { binFolder, installShim, removeShim, SHIM_FOLDER } from "./shim-files";

const HELP = `
Scripts that say "func start" then run on durable-host, unchanged. What it answers to: func start, host start, init,
new, function new, durable …, settings …, --version and --help.

Examples:
  $ durable-host func-shim install            for the npm scripts of the app in this folder
  $ durable-host func-shim remove             undo that
  $ export PATH="$(durable-host func-shim path):$PATH"
                                              for everything in this shell`;

/** The command `durable-host func-shim`. */
export function funcShimCommandLine(run: RunLocal): Command {
  const group = new Command("func-shim")
    .description("let the command func be durable-host")
    .addHelpText("after", HELP)
    .exitOverride();
  group.addCommand(
    new Command("install")
      .description("put func into node_modules/.bin of an app")
      .argument("[dir]", "folder of the app (default: the current one)")
      .option("--force", "replace a func that is there")
      .exitOverride()
      .action((dir: string | undefined, { force }: { readonly force?: boolean }) =>
        run((surroundings) => install(dir, force ?? false, surroundings)),
      ),
  );
  group.addCommand(
    new Command("remove")
      .description("take it away again")
      .argument("[dir]", "folder of the app (default: the current one)")
      .exitOverride()
      .action((dir: string | undefined) => run((surroundings) => remove(dir, surroundings))),
  );
  group.addCommand(
    new Command("path")
      .description("print the folder with a func to put on the PATH")
      .exitOverride()
      .action(() => run(async ({ print }) => print(SHIM_FOLDER))),
  );
  return group;
}

async function install(dir: string | undefined, force: boolean, surroundings: LocalSurroundings): Promise<void> {
  const root = appRoot(dir, surroundings);
  if (!existsSync(join(root, "package.json"))) {
    throw new CommandFailure(`${root} has no package.json, so that there are no scripts func could be for.`);
  }
  installShim(binFolder(root), force);
  surroundings.print(`npm scripts in ${root} that say func now run durable-host. npm install may undo it.`);
}

async function remove(dir: string | undefined, surroundings: LocalSurroundings): Promise<void> {
  const folder = binFolder(appRoot(dir, surroundings));
  if (!removeShim(folder)) throw new CommandFailure(`There is no func of durable-host in ${folder}.`);
  surroundings.print(`func is taken away from ${folder}.`);
}

function appRoot(dir: string | undefined, { workingDirectory }: LocalSurroundings): string {
  return dir === undefined ? findAppRoot(workingDirectory) : resolve(workingDirectory, dir);
}

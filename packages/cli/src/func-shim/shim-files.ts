import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { CommandFailure } from "../durable/command-failure";

/** Tells our files from those of the Azure Functions Core Tools, which may be installed beside. */
const MARK = "durable-host func-shim";

/** What the shim starts; `func` in the terms of this host. */
const ENTRY = join(__dirname, "../../bin/func.js");

/** The folder with a `func` that can be put on the PATH as it is. */
export const SHIM_FOLDER = join(__dirname, "../../func-shim");

/** The commands in an app's node_modules/.bin, which npm puts on the PATH of scripts. */
export function binFolder(appRoot: string): string {
  return join(appRoot, "node_modules", ".bin");
}

/** Writes `func` into a folder: a program for shells, and one for Windows. Throws CommandFailure if another is there. */
export function installShim(folder: string, force: boolean): void {
  for (const file of shimPaths(folder)) {
    if (!existsSync(file) || isShim(file) || force) continue;
    throw new CommandFailure(
      `${file} is there already, and is not of durable-host: the Azure Functions Core Tools seem to be installed in this app. Replace it with --force.`,
    );
  }
  mkdirSync(folder, { recursive: true });
  // Node.js resolves from where the file really is, which a linked node_modules is not.
  const entry = relative(realpathSync(folder), ENTRY);
  for (const [name, content] of Object.entries(shimFiles(entry))) {
    const file = join(folder, name);
    // npm links commands: what is written through a link would change the package it leads to.
    rmSync(file, { force: true });
    writeFileSync(file, content);
    chmodSync(file, 0o755);
  }
}

/** Deletes what `installShim` wrote; false if there is nothing of it. */
export function removeShim(folder: string): boolean {
  const ours = shimPaths(folder).filter((file) => existsSync(file) && isShim(file));
  for (const file of ours) rmSync(file);
  return ours.length > 0;
}

/** Contents by name; `entry` leads from the folder of the shim to what it starts. */
export function shimFiles(entry: string): Readonly<Record<string, string>> {
  const path = JSON.stringify(
    entry
      .split(sep)
      .join("/")
      .replace(/^(?!\.)/, "./"),
  );
  return {
    func: `#!/usr/bin/env node\n// ${MARK}\nrequire(${path});\n`,
    "func.cmd": `@rem ${MARK}\r\n@node "%~dp0${entry.replaceAll("/", "\\")}" %*\r\n`,
  };
}

function shimPaths(folder: string): readonly string[] {
  return Object.keys(shimFiles("")).map((name) => join(folder, name));
}

function isShim(file: string): boolean {
  return readFileSync(file, "utf8").includes(MARK);
}

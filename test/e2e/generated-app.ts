import { execFileSync, spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(__dirname, "../..");
const CLI = join(ROOT, "packages/cli/bin/durable-host.js");
const TSC = join(ROOT, "node_modules/.bin/tsc");

/** How a command ended, and what it printed. */
export interface CommandRun {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the built `durable-host` in a folder. */
export function runCommand(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): CommandRun {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...env },
    input: "",
  });
  return { code: status, output: stdout + stderr };
}

/** An app that `durable-host init` has made in a folder, with this repository's packages in place of installed ones. */
export class GeneratedApp {
  constructor(
    readonly folder: string,
    language: "javascript" | "typescript",
  ) {
    this.run("init", "--skip-npm-install", "--language", language);
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  }

  /** Adds a function, or what else a command does. Throws when it fails. */
  run(...args: readonly string[]): string {
    const { code, output } = runCommand(this.folder, args);
    if (code !== 0) throw new Error(`durable-host ${args.join(" ")} ended with code ${code}:\n${output}`);
    return output;
  }

  /** Compiles it as `npm run build` does; throws when the compiler complains. */
  build(): void {
    try {
      execFileSync(TSC, { cwd: this.folder, encoding: "utf8" });
    } catch (error) {
      throw new Error((error as { readonly stdout: string }).stdout, { cause: error });
    }
  }
}

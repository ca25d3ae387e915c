import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createColors } from "picocolors";
import { createCommandLine } from "../../src/command-line";
import type { LocalSurroundings } from "../../src/local/local-command";
import { runLocal } from "../../src/local/run-local";

export interface Outcome {
  readonly code: number | undefined;
  /** Standard output. */
  readonly printed: string;
  /** Standard error. */
  readonly noted: string;
  /** Programs that were run: their words. */
  readonly programs: readonly string[];
}

/** Runs a command on files as from a folder. What it would ask or run is given by `more`. */
export async function runLocalCommand(
  folder: string,
  args: readonly string[],
  more: Partial<LocalSurroundings> = {},
): Promise<Outcome> {
  const printed: string[] = [];
  const noted: string[] = [];
  const programs: string[] = [];
  let code: number | undefined;
  const surroundings: LocalSurroundings = {
    workingDirectory: folder,
    environment: {},
    colors: createColors(false),
    print: (line) => void printed.push(line),
    note: (line) => void noted.push(line),
    runProgram(program, words) {
      programs.push([program, ...words].join(" "));
      return Promise.resolve(0);
    },
    ...more,
  };
  const never = () => Promise.reject(new Error("another command ran"));
  const commandLine = createCommandLine(
    {
      start: never,
      scheduler: never,
      durable: never,
      storage: never,
      async local(action) {
        code = await runLocal(action, surroundings);
      },
    },
    folder,
  );
  await commandLine.parseAsync([...args], { from: "user" });
  return { code, printed: printed.join("\n"), noted: noted.join("\n"), programs };
}

/** Folders of a test file, which are gone after it. */
export class Folders {
  readonly #made: string[] = [];

  /** A new folder with these files (path → content). */
  make(files: Readonly<Record<string, string>> = {}): string {
    const folder = mkdtempSync(join(tmpdir(), "durable-host-local-"));
    this.#made.push(folder);
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return folder;
  }

  dispose(): void {
    for (const folder of this.#made.splice(0)) rmSync(folder, { recursive: true, force: true });
  }
}

import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import type { LineWriter } from "../console/line-writer";
import { readJsonObject } from "../local/read-json-object";
import { entryFiles } from "./watched-files";

const SCRIPT = "watch";
const PAUSE_MS = 50;

/** The script `watch` of an app in TypeScript, `tsc -w` as a rule; undefined for an app that has none, or needs none. */
export function watchScript(scriptRoot: string): string | undefined {
  if (!existsSync(join(scriptRoot, "tsconfig.json"))) return undefined;
  const scripts = readJsonObject(join(scriptRoot, "package.json"))?.["scripts"];
  if (typeof scripts !== "object" || scripts === null) return undefined;
  const script: unknown = (scripts as Record<string, unknown>)[SCRIPT];
  return typeof script === "string" ? script : undefined;
}

/** A build that goes on beside the host and writes what the host watches. */
export class AppBuild {
  readonly #child: ChildProcess;
  #hasEnded = false;
  readonly #kill = (): void => {
    if (!this.#hasEnded) killGroup(this.#child);
  };
  readonly #hangUp = (): never => process.exit(129);

  /** Runs the script as npm would: in the app's folder, with its commands on the PATH. */
  constructor(scriptRoot: string, script: string, output: LineWriter) {
    output.line(`Building with the app's own script "${SCRIPT}" (${script}); --no-build leaves it out.`);
    const path = `${join(scriptRoot, "node_modules", ".bin")}${delimiter}${process.env["PATH"] ?? ""}`;
    this.#child = spawn(script, {
      cwd: scriptRoot,
      shell: true,
      // A group of its own, so that what the shell starts ends with it.
      detached: process.platform !== "win32",
      env: { ...process.env, PATH: path },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: stream as Readable }).on("line", (line) => {
        // Compilers clear the screen, on which there is more than their own lines.
        const text = stripVTControlCharacters(line).trimEnd();
        if (text !== "") output.line(`[${SCRIPT}] ${text}`);
      });
    }
    this.#child.once("close", (code) => {
      this.#hasEnded = true;
      if (code) output.line(`The script "${SCRIPT}" has ended with code ${code}: changes are no longer built.`);
    });
    process.once("exit", this.#kill);
    process.once("SIGHUP", this.#hangUp);
  }

  /** Resolves when there is something to load, or the build has ended, or the signal says that nobody waits any more. */
  async ready(scriptRoot: string, signal: AbortSignal): Promise<void> {
    while (!this.#hasEnded && !signal.aborted) {
      if ((await entryFiles(scriptRoot)).length > 0) return;
      await delay(PAUSE_MS);
    }
  }

  async end(): Promise<void> {
    process.off("exit", this.#kill);
    process.off("SIGHUP", this.#hangUp);
    if (this.#hasEnded) return;
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    this.#kill();
    await closed;
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill();
    else process.kill(-child.pid, "SIGTERM");
  } catch {
    // It has ended in this moment.
  }
}

import { spawn } from "node:child_process";

/** Runs a program on this terminal; resolves to its exit code, or undefined when there is no such program. */
export function runProgram(program: string, args: readonly string[], folder: string): Promise<number | undefined> {
  // On Windows, npm is a script that only a shell can run.
  const shell = process.platform === "win32";
  return new Promise((resolve) => {
    spawn(program, args, { cwd: folder, stdio: "inherit", shell })
      .once("error", () => resolve(undefined))
      .once("close", (code) => resolve(code ?? 1));
  });
}

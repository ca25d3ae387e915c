import { createInterface } from "node:readline/promises";

/** Asks a yes-or-no question on the terminal; undefined when there is none. Standard output stays free for the result. */
export async function confirmOnTerminal(question: string): Promise<boolean | undefined> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return undefined;
  const dialog = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await dialog.question(`${question} [y/N] `)).trim());
  } finally {
    dialog.close();
  }
}

/** Writes to standard output; resolves when it is written, or nobody reads any more. */
export function printToStdout(text: string): Promise<void> {
  return new Promise((done) => process.stdout.write(text, () => done()));
}

import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** Asks a yes-or-no question on the terminal; undefined when there is none. Standard output stays free for the result. */
export async function confirmOnTerminal(question: string): Promise<boolean | undefined> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return undefined;
  return askYesOrNo(question, process.stdin, process.stderr);
}

/** Only a yes is one; Ctrl+C and the end of the input are none. */
export async function askYesOrNo(question: string, input: Readable, output: Writable): Promise<boolean> {
  const dialog = createInterface({ input, output });
  try {
    const answer = await new Promise<string>((resolve) => {
      dialog.once("line", resolve).once("close", () => resolve(""));
      dialog.setPrompt(`${question} [y/N] `);
      dialog.prompt();
    });
    return /^y(?:es)?$/i.test(answer.trim());
  } finally {
    dialog.close();
  }
}

/** Writes to standard output; resolves when it is written, or nobody reads any more. */
export function printToStdout(text: string): Promise<void> {
  return new Promise((done) => process.stdout.write(text, () => done()));
}

import { silentLogger } from "@durable-host/testkit";
import { runDurable, type DurableSurroundings } from "../../src/durable/run-durable";
import { parseDurable } from "./parse-durable";

export interface Outcome {
  readonly code: number;
  /** Standard output. */
  readonly output: string;
  /** Lines on standard error. */
  readonly notes: readonly string[];
}

/** Runs `durable-host durable …` in this process, as from the folder /srv/shop, where there is no app. */
export async function runCommand(
  args: readonly string[],
  surroundings: Partial<DurableSurroundings> = {},
): Promise<Outcome> {
  const notes: string[] = [];
  let output = "";
  const code = await runDurable(await parseDurable(...args), {
    environment: {},
    logger: silentLogger,
    hostAnswers: () => Promise.resolve(false),
    print(text) {
      output += text;
      return Promise.resolve();
    },
    note: (line) => notes.push(line),
    screen: { color: false },
    confirm: () => Promise.resolve(undefined),
    ...surroundings,
  });
  return { code, output, notes };
}

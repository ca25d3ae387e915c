import type { Command } from "commander";
import { createCommandLine } from "../../src/command-line";
import type { DurableRequest } from "../../src/durable/run-durable";

export interface Parsed {
  readonly request?: DurableRequest;
  /** What commander ends with, when it does not run a command. */
  readonly code?: string;
  readonly exitCode?: number;
  /** What it wrote. */
  readonly text: string;
}

/** Parses a command line as from the folder /srv/shop. */
export async function parseCommandLine(...args: readonly string[]): Promise<Parsed> {
  let text = "";
  let request: DurableRequest | undefined;
  const commandLine = createCommandLine(
    {
      start: () => Promise.reject(new Error("start ran")),
      scheduler: () => Promise.reject(new Error("the scheduler ran")),
      durable(understood) {
        request = understood;
        return Promise.resolve();
      },
      storage: () => Promise.reject(new Error("a storage command ran")),
      local: () => Promise.reject(new Error("a local command ran")),
    },
    "/srv/shop",
  );
  const quiet = { writeOut: (part: string) => (text += part), writeErr: (part: string) => (text += part) };
  for (const command of withSubCommands(commandLine)) command.configureOutput(quiet);
  try {
    await commandLine.parseAsync(["node", "durable-host", ...args]);
    return { request, text };
  } catch (error) {
    const { code, exitCode } = error as { readonly code: string; readonly exitCode: number };
    return { code, exitCode, text };
  }
}

/** Parses `durable-host durable …`; rejects with what was written when it is not understood. */
export async function parseDurable(...args: readonly string[]): Promise<DurableRequest> {
  const { request, text } = await parseCommandLine("durable", ...args);
  if (request === undefined) throw new Error(text);
  return request;
}

function withSubCommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubCommands)];
}

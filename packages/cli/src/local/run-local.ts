import { DurableHostError } from "@durable-host/engine";
import { CommandFailure } from "../durable/command-failure";
import type { LocalAction, LocalSurroundings } from "./local-command";

/** Runs a command on the files of an app; resolves to the exit code: 0 done, 1 refused or failed. */
export async function runLocal(action: LocalAction, surroundings: LocalSurroundings): Promise<number> {
  try {
    await action(surroundings);
    return 0;
  } catch (error) {
    surroundings.note(describe(error));
    return 1;
  }
}

function describe(error: unknown): string {
  if (error instanceof CommandFailure || error instanceof DurableHostError) return error.message;
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `The command failed because of an error nobody foresaw; please report it with these lines.\n${detail}`;
}

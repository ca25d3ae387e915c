import { errorText, DurableHostError } from "@durable-host/engine";
import { CommandFailure } from "../durable/command-failure";
import type { StorageCommand, StorageOptions, StorageResult } from "./storage-command";
import { chooseSchema, openStorageTarget } from "./storage-target";

/** A storage command as it was written on the command line. */
export interface StorageRequest {
  readonly command: StorageCommand;
  readonly options: StorageOptions;
  /** One JSON document on standard output and nothing else. */
  readonly json: boolean;
}

export interface StorageSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Standard output. Resolves when the text is out of this process. */
  readonly print: (text: string) => Promise<void>;
  /** A line on standard error. */
  readonly note: (line: string) => void;
}

/** Runs a storage command; resolves to the exit code: 0 done, 1 refused or failed, others as the command says. */
export async function runStorage(request: StorageRequest, surroundings: StorageSurroundings): Promise<number> {
  try {
    const result = await execute(request, surroundings);
    await surroundings.print(`${request.json ? JSON.stringify(result.json, null, 2) : result.lines.join("\n")}\n`);
    return result.exitCode;
  } catch (error) {
    surroundings.note(describe(error));
    return 1;
  }
}

async function execute(
  { command, options }: StorageRequest,
  { environment }: StorageSurroundings,
): Promise<StorageResult> {
  if (command.runOffline !== undefined) return command.runOffline(await chooseSchema(options, environment));
  if (command.run === undefined) throw new Error(`The command ${command.name} does nothing.`);
  const target = await openStorageTarget(options, environment);
  try {
    return await command.run(target);
  } finally {
    await target.client.close();
  }
}

function describe(error: unknown): string {
  if (error instanceof CommandFailure || error instanceof DurableHostError) return error.message;
  // What the server itself has to say is for whoever runs the command.
  return errorText(error);
}

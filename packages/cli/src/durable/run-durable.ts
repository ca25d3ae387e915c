import { DurableHostError } from "@durable-host/engine";
import { CommandFailure } from "./command-failure";
import type { CommandResult, DurableCommand } from "./durable-command";
import { DurableClient } from "./durable-client";
import type { Screen } from "./output/screen";
import { selectTarget, type TargetOptions, type TargetSurroundings } from "./target/select-target";
import type { ManagementTarget } from "./target/management-target";

const AWAKE_MS = 60_000;

/** A durable command as it was written on the command line. */
export interface DurableRequest {
  readonly command: DurableCommand;
  readonly values: Readonly<Record<string, unknown>>;
  readonly instanceIds: readonly string[];
  readonly target: TargetOptions;
  /** One JSON document on standard output and nothing else. */
  readonly json: boolean;
}

export interface DurableSurroundings extends TargetSurroundings {
  /** Standard output. Resolves when the text is out of this process, which ends soon after. */
  readonly print: (text: string) => Promise<void>;
  /** A line on standard error. */
  readonly note: (line: string) => void;
  readonly screen: Screen;
  readonly confirm: (question: string) => Promise<boolean | undefined>;
}

/** Runs a durable command; resolves to the exit code: 0 done, 1 refused or failed. */
export async function runDurable(request: DurableRequest, surroundings: DurableSurroundings): Promise<number> {
  const { note, print, screen } = surroundings;
  try {
    const result = await withTarget(request, surroundings, (target) => execute(request, target, surroundings));
    const text = request.json ? JSON.stringify(result.json, null, 2) : result.lines(screen).join("\n");
    if (text !== "") await print(`${text}\n`);
    for (const line of result.notes ?? []) note(line);
    return 0;
  } catch (error) {
    note(describe(error));
    return 1;
  }
}

function describe(error: unknown): string {
  if (error instanceof CommandFailure || error instanceof DurableHostError) return error.message;
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `The command failed because of an error nobody foresaw; please report it with these lines.\n${detail}`;
}

async function withTarget<T>(
  { target: options }: DurableRequest,
  surroundings: DurableSurroundings,
  use: (target: ManagementTarget) => Promise<T>,
): Promise<T> {
  const target = await selectTarget(options, surroundings);
  surroundings.note(`Using ${target.title}${target.isOffline && !target.isShared ? "; no host has it open" : ""}.`);
  // A command that ended early would look as if it were done: nothing of the engine keeps a process alive.
  const awake = setInterval(() => undefined, AWAKE_MS);
  try {
    return await use(target);
  } finally {
    clearInterval(awake);
    await target.close();
  }
}

async function execute(
  { command, values, instanceIds }: DurableRequest,
  target: ManagementTarget,
  { confirm }: DurableSurroundings,
): Promise<CommandResult> {
  const { isOffline, isShared } = target;
  const context = {
    client: new DurableClient(target),
    instanceIds,
    instanceId: instanceIds[0] ?? "",
    isOffline,
    confirm,
  };
  const result = await command.run(values, context);
  if (!command.needsHost || !isOffline) return result;
  const note = isShared
    ? "It is stored; a host that runs carries it out."
    : "It is stored, and carried out when the host starts next.";
  return { ...result, notes: [...(result.notes ?? []), note] };
}

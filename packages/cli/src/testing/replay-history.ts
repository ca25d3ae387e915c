import { readFile } from "node:fs/promises";
import { parseInstanceExport, replayInstance, type InstanceExport } from "@durable-host/engine";
import { createInProcessExecutor } from "@durable-host/functions";
import { registeredApp } from "./app";

export interface ReplayOptions {
  /** Replay only these instances of the file. */
  readonly instanceIds?: readonly string[];
}

/** A recorded instance whose orchestrator still does what it did. */
export interface ReplayedInstance {
  readonly instanceId: string;
  readonly name: string;
  /** How often its code ran in the recorded execution. */
  readonly episodes: number;
  /** How the code ended, in the record and now; absent for an instance that was recorded while it ran. */
  readonly completion?: "Completed" | "Failed" | "ContinuedAsNew" | "Terminated" | "Canceled";
}

/** Today's code does not do what it did when an instance was recorded: instances that run would fail after its deployment. */
export class ReplayMismatchError extends Error {
  readonly instanceId: string;
  /** Counted from 1 in the recorded execution. */
  readonly episode: number;

  constructor(instanceId: string, name: string, episode: number, difference: string) {
    super(`Instance '${instanceId}' of '${name}' cannot be replayed, in episode ${episode}: ${difference}`);
    this.name = "ReplayMismatchError";
    this.instanceId = instanceId;
    this.episode = episode;
  }
}

/**
 * Replays recorded instances against the code that the test has imported. Activities and entities are not executed: their
 * results are in the history.
 * @param recorded file or content that `durable-host instances export` or `hub.exportInstances` has written
 * @throws ReplayMismatchError for the first instance on which code and history disagree, saying where
 */
export async function replayHistory(
  recorded: string | URL | InstanceExport,
  options: ReplayOptions = {},
): Promise<readonly ReplayedInstance[]> {
  const { instances } = await load(recorded);
  const executor = createInProcessExecutor({ app: registeredApp() });
  const replayed: ReplayedInstance[] = [];
  for (const instance of instances) {
    const { instanceId, name } = instance;
    // Entities have a state and no code that is replayed.
    if (instanceId.startsWith("@") || options.instanceIds?.includes(instanceId) === false) continue;
    const outcome = await replayInstance(executor, instance);
    if (!outcome.agrees) throw new ReplayMismatchError(instanceId, name, outcome.episode, outcome.difference);
    const { episodes, completion } = outcome;
    replayed.push({ instanceId, name, episodes, ...(completion ? { completion } : {}) });
  }
  return replayed;
}

async function load(recorded: string | URL | InstanceExport): Promise<InstanceExport> {
  if (typeof recorded !== "string" && !(recorded instanceof URL)) return parseInstanceExport(recorded, "The object");
  const text = await readFile(recorded, "utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // What is no JSON is no export either; the parser says so, with the name of the file.
  }
  return parseInstanceExport(value, String(recorded));
}

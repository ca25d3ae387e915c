import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { HostConfiguration } from "@durable-host/functions";
import { CommandFailure } from "../command-failure";

/** A store, and what the app's configuration says about its task hub. */
export type StoreChoice = EmbeddedStore | SqlServerStore;

/** One that exists. */
export interface EmbeddedStore {
  readonly type: "embedded";
  readonly dataDir: string;
  readonly hubName: string;
  readonly file: string;
  /** Absent when no app is known. */
  readonly configuration?: HostConfiguration;
}

/** Whether it exists shows when it is opened. */
export interface SqlServerStore {
  readonly type: "mssql";
  readonly hubName: string;
  readonly configuration: HostConfiguration;
}

export interface FindStoreOptions {
  /** Absolute. Absent: `.durable` in the app's folder. */
  readonly dataDir?: string;
  readonly taskHubName?: string;
  /** Absent when the folder is no app: then `dataDir` alone has to tell. */
  readonly configuration?: HostConfiguration;
}

const EXTENSION = ".db";

/**
 * Finds the store of an app, or the one in a folder. It is never created here: a typing error would make an empty one.
 * Throws CommandFailure.
 */
export function findStore({ dataDir, taskHubName, configuration }: FindStoreOptions): StoreChoice {
  if (dataDir === undefined && configuration?.storage.type === "mssql") {
    return { type: "mssql", hubName: configuration.hubName, configuration };
  }
  const folder = dataDir ?? resolve(configuration?.appRoot ?? ".", ".durable");
  const hubs = taskHubsIn(folder);
  const [only, ...others] = hubs;
  const hubName = taskHubName ?? configuration?.hubName ?? (others.length === 0 ? only : undefined);
  if (hubName === undefined) throw ambiguous(folder, hubs);
  const file = join(folder, `${hubName}${EXTENSION}`);
  if (!existsSync(file)) throw missing(folder, hubName, hubs);
  return { type: "embedded", dataDir: folder, hubName, file, configuration };
}

function taskHubsIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => name.slice(0, -EXTENSION.length))
    .sort();
}

function ambiguous(folder: string, hubs: readonly string[]): CommandFailure {
  if (hubs.length === 0) return new CommandFailure(`${folder} holds no store. ${ELSEWHERE}`);
  return new CommandFailure(
    `${folder} holds the stores of ${hubs.length} task hubs (${hubs.join(", ")}). Name one with --task-hub-name.`,
  );
}

function missing(folder: string, hubName: string, hubs: readonly string[]): CommandFailure {
  const what = `There is no store of the task hub '${hubName}' in ${folder}.`;
  if (hubs.length === 0) return new CommandFailure(`${what} A store is made when its host first starts. ${ELSEWHERE}`);
  return new CommandFailure(`${what} There are those of: ${hubs.join(", ")}. Name one with --task-hub-name.`);
}

const ELSEWHERE = "Another folder: --data-dir DIR; another app: --script-root DIR; a host that runs: --url URL.";

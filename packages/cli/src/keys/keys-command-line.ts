import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import type { KeyRing } from "@durable-host/functions";
import { CommandFailure } from "../durable/command-failure";
import { findAppRoot } from "../local/find-app-root";
import type { LocalSurroundings, RunLocal } from "../local/local-command";
import { withKeyRing, type KeysTarget } from "./open-key-ring";

type KeyList = Parameters<KeyRing["list"]>[0];

interface RawOptions {
  readonly function?: string;
  readonly system?: boolean;
  readonly scriptRoot?: string;
  readonly dataDir?: string;
}

const EXAMPLES = `
A host asks for keys with --enable-auth: function keys open all functions of level "function", keys of one function
open that one, the system key durabletask_extension opens the webhooks of Durable Functions, and _master, which stands
among the system keys, opens everything. A host that runs knows of a change within a minute.

Examples:
  $ durable-host keys list
  $ durable-host keys show _master --system
  $ durable-host keys set partner                      a new key that nobody can guess
  $ durable-host keys set partner my-own-key --function price
  $ durable-host keys delete partner`;

/** The command `durable-host keys` with its sub-commands. */
export function keysCommandLine(run: RunLocal): Command {
  const group = new Command("keys")
    .description("list and change the keys that requests have to present")
    .addHelpText("after", EXAMPLES)
    .exitOverride();
  const list = subCommand("list", "list the names of the keys");
  list.action((raw: RawOptions) => run((surroundings) => listNames(raw, surroundings)));
  const show = subCommand("show", "print a key").argument("<name>");
  show.action((name: string, raw: RawOptions) => run((surroundings) => showOne(name, raw, surroundings)));
  const set = subCommand("set", "make a key, or give it another value, and print it")
    .argument("<name>")
    .argument("[value]", "the key (default: one that nobody can guess)");
  set.action((name: string, value: string | undefined, raw: RawOptions) =>
    run(async (surroundings) => {
      const made = await withKeys(raw, surroundings, (keys) => keys.set(listOf(raw), name, value));
      surroundings.print(made.value);
    }),
  );
  const remove = subCommand("delete", "delete a key").argument("<name>");
  remove.action((name: string, raw: RawOptions) =>
    run(async (surroundings) => {
      if (!(await withKeys(raw, surroundings, (keys) => keys.delete(listOf(raw), name)))) throw unknownKey(name, raw);
      surroundings.print(`${name} is deleted.`);
    }),
  );
  for (const command of [list, show, set, remove]) group.addCommand(command);
  return group;
}

function subCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(new Option("--function <name>", "keys of this function (default: those of all functions)"))
    .addOption(new Option("--system", "system keys").conflicts("function"))
    .option("--script-root <dir>", "folder of the app (default: the current one)")
    .option(
      "--data-dir <dir>",
      "the folder that start is given with --data-dir (default: .durable in the app's folder)",
    )
    .exitOverride();
}

async function listNames(raw: RawOptions, surroundings: LocalSurroundings): Promise<void> {
  const lists: readonly KeyList[] =
    raw.function !== undefined || raw.system ? [listOf(raw)] : [{ type: "host" }, { type: "system" }];
  const { print, colors } = surroundings;
  await withKeys(raw, surroundings, async (keys) => {
    for (const list of lists) {
      const names = [...(await keys.list(list)).keys()];
      print(`${colors.yellow(titleOf(list))}: ${names.length === 0 ? "none" : names.join(", ")}`);
    }
  });
}

async function showOne(name: string, raw: RawOptions, surroundings: LocalSurroundings): Promise<void> {
  const keys = await withKeys(raw, surroundings, (ring) => ring.list(listOf(raw)));
  const [, value] = [...keys].find(([each]) => each.toLowerCase() === name.toLowerCase()) ?? [];
  if (value === undefined) throw unknownKey(name, raw);
  surroundings.print(value);
}

function withKeys<T>(raw: RawOptions, surroundings: LocalSurroundings, use: (keys: KeyRing) => Promise<T>): Promise<T> {
  return withKeyRing(targetOf(raw, surroundings), surroundings, use);
}

function targetOf({ scriptRoot, dataDir }: RawOptions, { workingDirectory }: LocalSurroundings): KeysTarget {
  const appRoot = scriptRoot === undefined ? findAppRoot(workingDirectory) : resolve(workingDirectory, scriptRoot);
  return { appRoot, dataDir: dataDir === undefined ? join(appRoot, ".durable") : resolve(workingDirectory, dataDir) };
}

function listOf({ function: name, system }: RawOptions): KeyList {
  if (name !== undefined) return { type: "function", name };
  return { type: system ? "system" : "host" };
}

function titleOf(list: KeyList): string {
  switch (list.type) {
    case "host":
      return "function keys";
    case "system":
      return "system keys";
    case "function":
      return `keys of ${list.name}`;
  }
}

function unknownKey(name: string, raw: RawOptions): CommandFailure {
  return new CommandFailure(
    `There is no key ${name} among the ${titleOf(listOf(raw))}. durable-host keys list names those there are.`,
  );
}

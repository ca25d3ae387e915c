import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { SCRIPT_ROOT } from "../start/start-options";
import { DURABLE_COMMANDS, INSTANCES_COMMANDS } from "./all-commands";
import type { DurableCommand, InstanceArgument } from "./durable-command";
import type { DurableRequest } from "./run-durable";
import type { TargetOptions } from "./target/select-target";

interface RawTargetOptions {
  readonly url?: string;
  readonly code?: string;
  readonly dataDir?: string;
  readonly offline?: boolean;
  readonly scriptRoot?: string;
  readonly taskHubName?: string;
  readonly connectionStringSetting?: string;
  readonly json?: boolean;
  readonly id?: string;
}

/** Runs a command that was understood. */
export type RunDurable = (request: DurableRequest) => Promise<void>;

const GROUP_HELP = `
Where:
  A running host (--url), or straight on the embedded store while no host runs (--offline, --data-dir).
  Without any of these: the host at http://localhost:7071 if one answers there, else the store of the app
  in this folder. Which one it was is said on standard error.

Examples:
  $ durable-host durable start-new --function-name helloCities
  $ durable-host durable get-instances --runtime-status Failed
  $ durable-host durable get-history --id order-7 --url https://shop.example.com --code <key>
  $ durable-host durable <command> --help

More: docs/cli.md.`;

/** The command `durable-host durable` with its sub-commands. */
export function durableCommandLine(run: RunDurable, workingDirectory: string): Command {
  return group("durable", DURABLE_COMMANDS, run, workingDirectory)
    .description("manage orchestrations and entities, as func durable does")
    .addHelpText("after", GROUP_HELP);
}

/** The command `durable-host instances`. */
export function instancesCommandLine(run: RunDurable, workingDirectory: string): Command {
  return group("instances", INSTANCES_COMMANDS, run, workingDirectory).description(
    "record instances; durable-host durable has all other commands for them",
  );
}

function group(name: string, commands: readonly DurableCommand[], run: RunDurable, workingDirectory: string): Command {
  const parent = new Command(name)
    .showHelpAfterError(`(durable-host ${name} --help lists the commands)`)
    .exitOverride();
  for (const command of commands) parent.addCommand(subCommand(command, name, run, workingDirectory));
  return parent;
}

/** One command; `parent` names it in its examples. */
function subCommand(command: DurableCommand, parent: string, run: RunDurable, workingDirectory: string): Command {
  const parsed = new Command(command.name)
    .description(command.description)
    .showHelpAfterError(`(durable-host ${parent} ${command.name} --help lists the options, with examples)`)
    .exitOverride();
  if (command.instances === "many") parsed.argument("[ids...]", "instance ids");
  else if (command.instances !== "none") parsed.argument("[id]", "the instance, as --id");
  if (command.instances !== "none") parsed.option("--id <id>", "the instance");
  const json = new Option("--json", "print one JSON document, and nothing else on standard output");
  for (const option of [...command.options, json, ...targetOptions()]) parsed.addOption(option);
  parsed.addHelpText("after", examples(command, parent));
  return parsed.action(async () => {
    const raw = parsed.opts<RawTargetOptions>();
    await run({
      command,
      values: parsed.opts(),
      instanceIds: instanceIds(parsed, command.instances, raw.id),
      target: targetFrom(raw, workingDirectory),
      json: raw.json ?? false,
    });
  });
}

function targetOptions(): readonly Option[] {
  return [
    new Option("--url <url>", "a running host (default: http://localhost:7071)")
      .argParser(httpUrl)
      .conflicts(["dataDir", "offline"]),
    new Option("--code <key>", "the key that host asks for").conflicts(["dataDir", "offline"]),
    new Option("--offline", "the embedded store of the app, while no host runs"),
    new Option("--data-dir <dir>", "the embedded store in this folder, while no host runs"),
    new Option("--script-root <dir>", "folder of the app (default: the current one)").env(SCRIPT_ROOT),
    new Option("--task-hub-name <name>", "the task hub (default: what host.json says)"),
    new Option(
      "--connection-string-setting <name>",
      "app setting with the connection of the store, instead of host.json's",
    ),
  ].map((option) => option.helpGroup("Where:"));
}

function targetFrom(raw: RawTargetOptions, workingDirectory: string): TargetOptions {
  return {
    url: raw.url,
    code: raw.code,
    dataDir: raw.dataDir === undefined ? undefined : resolve(workingDirectory, raw.dataDir),
    offline: raw.offline ?? false,
    scriptRoot: resolve(workingDirectory, raw.scriptRoot ?? "."),
    taskHubName: raw.taskHubName,
    connectionStringSetting: raw.connectionStringSetting,
  };
}

/** Ends in a CommanderError when their number is not the command's. */
function instanceIds(parsed: Command, takes: InstanceArgument, option: string | undefined): readonly string[] {
  if (takes === "none") return [];
  const ids = [...new Set([...parsed.args, ...(option === undefined ? [] : [option])])];
  if (ids.length === 0 && takes !== "optional") parsed.error("error: name the instance: --id <id>");
  if (ids.length > 1 && takes !== "many") parsed.error(`error: name one instance, not ${ids.join(" and ")}`);
  if (ids.includes("")) parsed.error("error: an instance id is not empty");
  return ids;
}

function examples({ name, examples: list }: DurableCommand, parent: string): string {
  const lines = list.map(
    ([args, meaning]) => [`  $ durable-host ${parent} ${name} ${args}`.trimEnd(), meaning] as const,
  );
  return `\nExamples:\n${lines.map(([line, meaning]) => `${line}\n      ${meaning}`).join("\n")}`;
}

function httpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError("Write it as http://localhost:7071 or https://shop.example.com.");
  }
  return text;
}

import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { CommandFailure } from "../durable/command-failure";
import { findAppRoot } from "../local/find-app-root";
import type { LocalSurroundings, RunLocal } from "../local/local-command";
import { SettingsFile, type SettingSection } from "./settings-file";

interface RawOptions {
  readonly showValue?: boolean;
  readonly connectionString?: boolean;
  readonly scriptRoot?: string;
}

const EXAMPLES = `
Settings in local.settings.json are what the app finds in process.env on this machine; the environment wins over them.
The file is not deployed.

Examples:
  $ durable-host settings list --show-value
  $ durable-host settings add PAYMENT_URL https://pay.example.com
  $ durable-host settings add Shop "Server=...;Database=...;" --connection-string
  $ durable-host settings delete PAYMENT_URL`;

/** The command `durable-host settings` with its sub-commands. */
export function settingsCommandLine(run: RunLocal): Command {
  const group = new Command("settings")
    .description("list and change the settings in local.settings.json")
    .addHelpText("after", EXAMPLES)
    .exitOverride();
  const list = subCommand("list", "list the settings").option("--show-value", "with their values");
  list
    .addOption(new Option("--showValue").hideHelp())
    .action((raw: RawOptions & { readonly showValue?: boolean }) => run((surroundings) => listAll(raw, surroundings)));
  const add = subCommand("add", "add a setting, or give it another value")
    .argument("<name>")
    .argument("<value>")
    .option("--connection-string", "among the connection strings")
    .addOption(new Option("--connectionString").hideHelp());
  add.action((name: string, value: string, raw: RawOptions) =>
    run(async (surroundings) => {
      openFile(raw, surroundings).set(section(raw), name, value);
      surroundings.print(`${name} is set.`);
    }),
  );
  const remove = subCommand("delete", "delete a setting")
    .argument("<name>")
    .option("--connection-string", "among the connection strings")
    .addOption(new Option("--connectionString").hideHelp());
  remove.action((name: string, raw: RawOptions) => run(async (surroundings) => deleteOne(name, raw, surroundings)));
  for (const command of [list, add, remove]) group.addCommand(command);
  return group;
}

function subCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option("--script-root <dir>", "folder of the app (default: the current one)")
    .exitOverride();
}

async function listAll(raw: RawOptions, surroundings: LocalSurroundings): Promise<void> {
  const { print, note, colors } = surroundings;
  const file = openFile(raw, surroundings);
  const settings = [
    ...file.list("Values"),
    ...file.list("ConnectionStrings").map(([name, value]) => [`ConnectionStrings:${name}`, value] as const),
  ];
  if (settings.length === 0) note("There are no settings.");
  for (const [name, value] of settings) print(`${colors.yellow(name)} = ${raw.showValue ? value : "*****"}`);
  if (settings.length > 0 && !raw.showValue) note("With their values: --show-value.");
}

function deleteOne(name: string, raw: RawOptions, surroundings: LocalSurroundings): void {
  if (!openFile(raw, surroundings).delete(section(raw), name)) {
    throw new CommandFailure(`There is no setting ${name}. durable-host settings list shows those there are.`);
  }
  surroundings.print(`${name} is deleted.`);
}

function section({ connectionString }: RawOptions): SettingSection {
  return connectionString ? "ConnectionStrings" : "Values";
}

function openFile({ scriptRoot }: RawOptions, { workingDirectory }: LocalSurroundings): SettingsFile {
  const root = scriptRoot === undefined ? findAppRoot(workingDirectory) : resolve(workingDirectory, scriptRoot);
  return new SettingsFile(join(root, "local.settings.json"));
}

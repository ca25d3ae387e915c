import { resolve } from "node:path";
import { Command, Option } from "commander";
import type { RunLocal } from "../local/local-command";
import { findAppRoot } from "../local/find-app-root";
import { TEMPLATES } from "./all-templates";
import { newFunction } from "./new-function";
import { AUTH_LEVELS, type AuthLevel } from "./template";

interface RawOptions {
  readonly template?: string;
  readonly name?: string;
  readonly authlevel: AuthLevel;
  readonly force?: boolean;
  readonly scriptRoot?: string;
}

const HELP = `
Templates:
${TEMPLATES.map(({ name, title }) => `  ${name.padEnd(14)} ${title}`).join("\n")}

The code is written to src/functions/<name>.ts or .js, as the app is. On a terminal it asks for what is not said.

Examples:
  $ durable-host new
  $ durable-host new --template orchestrator --name order
  $ durable-host new --template http --name price --authlevel function`;

/** The command `durable-host new`; it is also a sub-command of `function`, as in `func function new`. */
export function newCommandLine(run: RunLocal): Command {
  return new Command("new")
    .description("add a function to the app")
    .option("-t, --template <template>", "what to add, one of those below")
    .option("-n, --name <name>", "name of the function")
    .addOption(
      new Option("-a, --authlevel <level>", "who may call HTTP functions")
        .choices([...AUTH_LEVELS])
        .default("anonymous"),
    )
    .option("--force", "write the file again if it is there")
    .option("--script-root <dir>", "folder of the app (default: the current one)")
    .addOption(new Option("-l, --language <language>", "accepted as func new has it: that of the app").hideHelp())
    .addHelpText("after", HELP)
    .exitOverride()
    .action((raw: RawOptions) =>
      run((surroundings) => {
        const { workingDirectory } = surroundings;
        const { template, name, authlevel: authLevel, force = false, scriptRoot } = raw;
        const appRoot =
          scriptRoot === undefined ? findAppRoot(workingDirectory) : resolve(workingDirectory, scriptRoot);
        return newFunction({ appRoot, template, name, authLevel, force }, surroundings);
      }),
    );
}

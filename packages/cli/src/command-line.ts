import { Command } from "commander";
import { durableCommandLine, instancesCommandLine, type RunDurable } from "./durable/durable-command-line";
import { storageCommandLine, type RunStorage } from "./storage/storage-command-line";
import { funcShimCommandLine } from "./func-shim/func-shim-command-line";
import { initCommandLine } from "./init/init-command-line";
import { keysCommandLine } from "./keys/keys-command-line";
import type { RunLocal } from "./local/local-command";
import { newCommandLine } from "./new/new-command-line";
import { schedulerCommandLine } from "./scheduler/scheduler-command-line";
import type { SchedulerOptions } from "./scheduler/scheduler-options";
import { settingsCommandLine } from "./settings/settings-command-line";
import { startCommandLine } from "./start/start-command-line";
import type { StartOptions } from "./start/start-options";
import { HOST_VERSION } from "./version";

/** What the commands do; separate from how they are written on the command line. */
export interface Commands {
  start(options: StartOptions): Promise<void>;
  scheduler(options: SchedulerOptions): Promise<void>;
  durable: RunDurable;
  storage: RunStorage;
  /** Commands on the files of an app. */
  local: RunLocal;
}

/** The `durable-host` command. Arguments that do not fit end in a CommanderError. */
export function createCommandLine(commands: Commands, workingDirectory: string): Command {
  const program = new Command("durable-host")
    .description("Runs a Durable Functions app on plain Node.js.")
    .version(HOST_VERSION, "-v, --version")
    .showHelpAfterError("(durable-host --help lists commands and options)")
    // Options after a command are its own: start-new has a --version, too.
    .enablePositionalOptions()
    .exitOverride();
  program.addCommand(startCommandLine(commands.start, workingDirectory));
  program.addCommand(schedulerCommandLine(commands.scheduler, workingDirectory));
  program.addCommand(initCommandLine(commands.local));
  program.addCommand(newCommandLine(commands.local));
  program.addCommand(durableCommandLine(commands.durable, workingDirectory));
  program.addCommand(instancesCommandLine(commands.durable, workingDirectory));
  program.addCommand(storageCommandLine(commands.storage, workingDirectory));
  program.addCommand(keysCommandLine(commands.local));
  program.addCommand(settingsCommandLine(commands.local));
  program.addCommand(funcShimCommandLine(commands.local));
  program.addCommand(underOtherName("host", startCommandLine(commands.start, workingDirectory)), { hidden: true });
  program.addCommand(underOtherName("function", newCommandLine(commands.local)), { hidden: true });
  return program;
}

/** `func host start` and `func function new`. */
function underOtherName(name: string, command: Command): Command {
  return new Command(name).description("the same under the name that func uses").addCommand(command).exitOverride();
}

import { createInterface } from "node:readline";
import { CommanderError } from "commander";
import { createColors } from "picocolors";
import { createCommandLine } from "./command-line";
import { LevelFilter } from "./console/level-filter";
import { openLogger } from "./console/open-logger";
import { LineWriter } from "./console/line-writer";
import { screenOf } from "./durable/output/screen";
import { runDurable, type DurableSurroundings } from "./durable/run-durable";
import { hostAnswers } from "./durable/target/host-answers";
import { confirmOnTerminal, printToStdout } from "./durable/terminal";
import type { LocalSurroundings } from "./local/local-command";
import { runLocal } from "./local/run-local";
import { runProgram } from "./local/run-program";
import { terminalQuestions } from "./local/terminal-questions";
import { runScheduler } from "./scheduler/run-scheduler";
import { describeStartError } from "./start/describe-start-error";
import { runStart, type RunSurroundings } from "./start/run-start";
import { joinWorkerFlags } from "./start/start-command-line";
import type { StartOptions } from "./start/start-options";
import { runStorage } from "./storage/run-storage";
import { listenForStop } from "./start/stop-request";

const output = new LineWriter((text) => process.stdout.write(text));
const errors = new LineWriter((text) => process.stderr.write(text));

/** Codes of the process beside 0, done, and 1, failed (functions-host contract §7.1). */
const NOT_UNDERSTOOD = 3;
/** Ctrl+C has ended it. */
const INTERRUPTED = 130;

function exit(code: number): never {
  output.flush();
  errors.flush();
  process.exit(code);
}

function crash(error: unknown): never {
  errors.line(describeStartError(error));
  exit(1);
}

/** Does what the command line says, and ends the process with the code for what came of it. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  process.on("uncaughtException", crash);
  // Whoever reads the output may go away; that is no reason to stop serving.
  process.stdout.on("error", () => undefined);
  const commandLine = createCommandLine(
    {
      start: async (options) => exit(await start(options)),
      scheduler: async (options) => exit(await runScheduler(options, startSurroundings())),
      durable: async (request) => exit(await runDurable(request, durableSurroundings())),
      storage: async (request) => exit(await runStorage(request, durableSurroundings())),
      local: async (action) => exit(await runLocal(action, localSurroundings())),
    },
    process.cwd(),
  );
  try {
    await commandLine.parseAsync(joinWorkerFlags(args), { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) exit(exitCodeOf(error));
    crash(error);
  }
}

/** A group of commands without one shows its help, which is what was asked for. */
function exitCodeOf({ code, exitCode }: CommanderError): number {
  return exitCode === 0 || code === "commander.help" ? 0 : NOT_UNDERSTOOD;
}

async function start(options: StartOptions): Promise<number> {
  const code = await runStart(options, startSurroundings());
  if (code !== 0 && options.pauseOnError && process.stdin.isTTY) await pressEnter();
  return code;
}

async function pressEnter(): Promise<void> {
  errors.line("Press Enter to end.");
  errors.flush();
  const dialog = createInterface({ input: process.stdin });
  await new Promise((resolve) => dialog.once("line", resolve).once("close", resolve));
}

function startSurroundings(): RunSurroundings {
  return {
    environment: process.env,
    output,
    errors,
    isTerminal: process.stdout.isTTY === true,
    color: screenOf(process.stdout, process.env).color,
    stopRequest: listenForStop(process, () => exit(INTERRUPTED)),
  };
}

function durableSurroundings(): DurableSurroundings {
  return {
    environment: process.env,
    logger: openLogger({ output: errors, color: false }, new LevelFilter({}, false)),
    hostAnswers,
    print: printToStdout,
    note,
    screen: screenOf(process.stdout, process.env),
    confirm: confirmOnTerminal,
  };
}

function localSurroundings(): LocalSurroundings {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  return {
    workingDirectory: process.cwd(),
    environment: process.env,
    colors: createColors(screenOf(process.stdout, process.env).color),
    print(line) {
      output.line(line);
      // Before what a program says that is run next.
      output.flush();
    },
    note,
    runProgram,
    ...(isTerminal && { questions: terminalQuestions }),
  };
}

function note(line: string): void {
  errors.line(line);
  // At once, so that it stands before the result and before questions.
  errors.flush();
}

import { CommanderError } from "commander";
import { createCommandLine } from "./command-line";
import { ConsoleLogger } from "./console/console-logger";
import { LevelFilter } from "./console/level-filter";
import { LineWriter } from "./console/line-writer";
import { screenOf } from "./durable/output/screen";
import { runDurable, type DurableSurroundings } from "./durable/run-durable";
import { hostAnswers } from "./durable/target/host-answers";
import { confirmOnTerminal, printToStdout } from "./durable/terminal";
import { describeStartError } from "./start/describe-start-error";
import { runStart, type RunSurroundings } from "./start/run-start";
import { runStorage } from "./storage/run-storage";
import { listenForStop } from "./start/stop-request";

const output = new LineWriter((text) => process.stdout.write(text));
const errors = new LineWriter((text) => process.stderr.write(text));

/** Code of a process that Ctrl+C has ended. */
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

async function main(): Promise<void> {
  process.on("uncaughtException", crash);
  // Whoever reads the output may go away; that is no reason to stop serving.
  process.stdout.on("error", () => undefined);
  const commandLine = createCommandLine(
    {
      start: async (options) => exit(await runStart(options, startSurroundings())),
      durable: async (request) => exit(await runDurable(request, durableSurroundings())),
      storage: async (request) => exit(await runStorage(request, durableSurroundings())),
    },
    process.cwd(),
  );
  try {
    await commandLine.parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) exit(error.exitCode);
    crash(error);
  }
}

function startSurroundings(): RunSurroundings {
  return {
    environment: process.env,
    output,
    errors,
    isTerminal: process.stdout.isTTY === true,
    stopRequest: listenForStop(process, () => exit(INTERRUPTED)),
  };
}

function durableSurroundings(): DurableSurroundings {
  return {
    environment: process.env,
    logger: new ConsoleLogger({ writer: errors, filter: new LevelFilter({}, false), now: Date.now, color: false }),
    hostAnswers,
    print: printToStdout,
    note: (line) => {
      errors.line(line);
      // At once, so that it stands before the result and before questions.
      errors.flush();
    },
    screen: screenOf(process.stdout, process.env),
    confirm: confirmOnTerminal,
  };
}

void main();

import { CommanderError } from "commander";
import { createCommandLine } from "./command-line";
import { LineWriter } from "./console/line-writer";
import { describeStartError } from "./start/describe-start-error";
import { runStart } from "./start/run-start";
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
      start: async (options) =>
        exit(
          await runStart(options, {
            environment: process.env,
            output,
            errors,
            isTerminal: process.stdout.isTTY === true,
            stopRequest: listenForStop(process, () => exit(INTERRUPTED)),
          }),
        ),
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

void main();

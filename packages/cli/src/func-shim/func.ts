/** Entry of the shim that answers as `func`. */
import { runCommandLine } from "../run-command-line";
import { readFuncArguments } from "./func-arguments";

const call = readFuncArguments(process.argv.slice(2));
switch (call.type) {
  case "run":
    void runCommandLine(call.args);
    break;
  case "print":
    process.stdout.write(`${call.text}\n`);
    break;
  case "refuse":
    process.stderr.write(`${call.message}\n`);
    process.exitCode = 1;
}

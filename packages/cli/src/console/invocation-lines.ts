import type { Logger } from "@durable-host/engine";
import type { InvocationListener } from "@durable-host/functions";

/**
 * Prints the runs of functions as `func start` does. With `printRuns` false only failures are printed: two lines per run
 * cost more than a short run itself, and nobody reads them in a file.
 */
export function invocationLines(logger: Logger, printRuns: boolean): InvocationListener {
  return (event) => {
    if (event.type === "invocationStarted") {
      if (!printRuns) return;
      const { functionName, reason, invocationId } = event;
      category(functionName).info(`Executing 'Functions.${functionName}' (Reason='${reason}', Id=${invocationId})`);
      return;
    }
    if (event.succeeded && !printRuns) return;
    const { functionName, invocationId, durationMs, succeeded, error } = event;
    const outcome = succeeded ? "Succeeded" : "Failed";
    const line = `Executed 'Functions.${functionName}' (${outcome}, Id=${invocationId}, Duration=${Math.round(durationMs)}ms)`;
    if (succeeded) category(functionName).info(line);
    else category(functionName).error(line, error === undefined ? undefined : { error });
  };

  function category(functionName: string): Logger {
    return logger.child(`Function.${functionName}`);
  }
}

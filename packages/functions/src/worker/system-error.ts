/** Marks an error as the host's own, not the app's, the way `@azure/functions` looks for it (contract §1.4). */
export function asSystemError<E extends Error>(error: E): E & { readonly isAzureFunctionsSystemError: true } {
  return Object.assign(error, { isAzureFunctionsSystemError: true as const });
}

/** An Error for whatever was thrown. The texts are those of the official worker. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  if (thrown === undefined || thrown === null) return new Error("Unknown error");
  if (typeof thrown !== "object") return new Error(String(thrown));
  // An error of another realm (vm contexts, test runners) is none to instanceof but has all an error has.
  const { message, stack } = thrown as { message?: unknown; stack?: unknown };
  const error = new Error(typeof message === "string" ? message : describe(thrown));
  if (typeof stack === "string") error.stack = stack;
  return error;
}

function describe(thrown: object): string {
  try {
    return JSON.stringify(thrown) ?? String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}

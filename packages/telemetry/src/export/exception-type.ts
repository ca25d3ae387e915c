/** The type of what was thrown, as its stack begins with it. */
export function exceptionType(stack: string): string {
  return /^(?:Uncaught )?([A-Z]\w*(?:Error|Exception))\b/.exec(stack)?.[1] ?? "Error";
}

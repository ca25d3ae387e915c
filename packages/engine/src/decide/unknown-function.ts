import type { Executor, FunctionKind } from "../ports/executor";

const WORDS: Readonly<Record<FunctionKind, string>> = {
  orchestration: "orchestrator",
  activity: "activity",
  entity: "entity",
};

/** Says that the app has no such function to run, and which it has (durable contract §2.6). */
export function unknownFunction(kind: FunctionKind, name: string, executor: Pick<Executor, "names">): string {
  const word = WORDS[kind];
  const known = executor.names(kind).map((each) => `'${each}'`);
  const info =
    known.length > 0
      ? `The following are the known ${word} functions: ${known.join(", ")}.`
      : `No ${word} functions are currently registered!`;
  return `The function '${name}' doesn't exist, is disabled, or is not an ${word} function. Additional info: ${info}`;
}

import { HOST_VERSION } from "../version";

/** What `func` comes to. */
export type FuncCall =
  | { readonly type: "run"; readonly args: readonly string[] }
  | { readonly type: "print"; readonly text: string }
  | { readonly type: "refuse"; readonly message: string };

/** Editors and scripts ask for the version and want a 4; what follows the plus sign tells who answers. */
const FUNC_VERSION = `4.14.0+durable-host.${HOST_VERSION}`;

/** Commands of func that are about something else than running an app here. */
const NOT_OURS = new Set([
  "azure",
  "azurecontainerapps",
  "bundles",
  "deploy",
  "extensions",
  "kubernetes",
  "pack",
  "publish",
  "templates",
]);

/** Reads the arguments of `func` in the terms of durable-host (functions-host contract §7). */
export function readFuncArguments(args: readonly string[]): FuncCall {
  const [command = "--help"] = args;
  if (command === "--version" || command === "-v") return { type: "print", text: FUNC_VERSION };
  if (NOT_OURS.has(command.toLowerCase())) {
    return {
      type: "refuse",
      message: `func ${command} is not part of durable-host, which answers as func here. The Azure Functions Core Tools have it: npx azure-functions-core-tools@4 ${args.join(" ")}`,
    };
  }
  return { type: "run", args: args.length === 0 || command === "help" ? ["--help"] : args };
}

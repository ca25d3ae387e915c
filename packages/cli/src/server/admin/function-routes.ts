import type { Logger } from "@durable-host/engine";
import type { HostResponse } from "@durable-host/functions";
import { empty, json, NOT_FOUND, readJson, refusal, type AdminCall, type AdminRoute } from "./admin-route";

/** One entry of `/admin/functions` (functions-host contract §3.4). */
export interface FunctionView {
  readonly name: string;
  readonly script_root_path_href: string;
  readonly script_href: string;
  readonly config_href: string;
  readonly test_data_href: string;
  readonly href: string;
  readonly invoke_url_template: string | null;
  readonly language: "node";
  readonly config: {
    readonly name: string;
    readonly entryPoint: string;
    readonly scriptFile: string;
    readonly language: "node";
    readonly functionDirectory: string;
    readonly bindings: readonly object[];
  };
  readonly files: null;
  readonly test_data: "";
  readonly isDisabled: boolean;
  readonly isDirect: true;
  readonly isProxy: false;
}

export interface FunctionRoutesOptions {
  /** Empty until they are known. */
  readonly functions: () => readonly FunctionView[];
  /** Functions that the app has registered and that cannot run, with the reason. */
  readonly problems: () => readonly { readonly name: string; readonly reason: string }[];
  /** Resolves to false while the app is not loaded. */
  readonly ready: () => Promise<boolean> | true;
  /** Why a function cannot be run without its trigger; undefined: it can. */
  readonly whyNotRunnable: (functionName: string) => string | undefined;
  /** Runs a function with a text. What it fails with is in the log already. */
  readonly run: (functionName: string, input: string) => Promise<void>;
  readonly logger: Logger;
}

/** The app's functions: what there is, whether it works, and runs without their triggers (functions-host contract §3.4). */
export function functionRoutes(options: FunctionRoutesOptions): readonly AdminRoute[] {
  const { functions } = options;
  return [
    { methods: ["GET"], path: "admin/functions", handle: () => json(200, functions()) },
    {
      methods: ["GET"],
      path: "admin/functions/*",
      handle: ({ params: [name = ""] }) => {
        const found = viewOf(functions(), name);
        return found === undefined ? NOT_FOUND : json(200, found);
      },
    },
    { methods: ["GET"], path: "admin/functions/*/status", handle: ({ params: [name = ""] }) => health(options, name) },
    { methods: ["POST"], path: "admin/functions/*", handle: (call) => run(options, call) },
  ];
}

function viewOf(functions: readonly FunctionView[], name: string): FunctionView | undefined {
  return functions.find((fn) => fn.name.toLowerCase() === name.toLowerCase());
}

function health({ functions, problems }: FunctionRoutesOptions, name: string): HostResponse {
  const errors = problems().filter((problem) => problem.name.toLowerCase() === name.toLowerCase());
  if (errors.length > 0) return json(200, { errors: errors.map(({ reason }) => reason) });
  return viewOf(functions(), name) === undefined ? NOT_FOUND : json(200, {});
}

/** 202 at once; how the run ends is told by the log. */
async function run(options: FunctionRoutesOptions, call: AdminCall): Promise<HostResponse> {
  const { functions, ready, whyNotRunnable, run: runFunction, logger } = options;
  const [name = ""] = call.params;
  const body = await readJson(call.request);
  if (typeof body !== "object" || body === null) {
    return refusal(400, 'A function is run with {"input": "…"}.');
  }
  const isReady = ready();
  if (isReady !== true && !(await isReady)) return empty(503);
  const found = viewOf(functions(), name);
  if (found === undefined) return NOT_FOUND;
  const given = "input" in body ? body.input : "";
  const input = typeof given === "string" ? given : JSON.stringify(given ?? "");
  const refused = whyNotRunnable(found.name);
  if (refused !== undefined) return refusal(400, refused);
  runFunction(found.name, input).catch((error: unknown) =>
    logger.error(`The function "${found.name}" could not be run.`, { error }),
  );
  return empty(202);
}

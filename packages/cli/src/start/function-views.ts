import { relative } from "node:path";
import type { FunctionDescription } from "@durable-host/functions";
import type { FunctionView } from "../server/host-endpoints";
import { functionUrl, isHttp, type FunctionListOptions } from "./function-list";

/** The functions as `/admin/functions` shows them (functions-host contract §3.4). */
export function functionViews(
  functions: readonly FunctionDescription[],
  appRoot: string,
  urls: FunctionListOptions,
): readonly FunctionView[] {
  return functions.map((fn) => ({
    name: fn.name,
    invoke_url_template: isHttp(fn) ? functionUrl(fn, urls) : null,
    language: "node",
    config: {
      name: fn.name,
      scriptFile: relative(appRoot, fn.scriptFile),
      bindings: Object.entries(fn.bindings).map(([name, binding]) => ({ name, ...binding })),
    },
    isDisabled: fn.disabled,
    isDirect: true,
    isProxy: false,
  }));
}

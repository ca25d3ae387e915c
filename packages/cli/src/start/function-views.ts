import { dirname, relative } from "node:path";
import type { FunctionDescription } from "@durable-host/functions";
import type { FunctionView } from "../server/admin/function-routes";
import { functionUrl, isHttp, type FunctionListOptions } from "./function-list";

/** The functions as `/admin/functions` shows them (functions-host contract §3.4). */
export function functionViews(
  functions: readonly FunctionDescription[],
  appRoot: string,
  urls: FunctionListOptions,
): readonly FunctionView[] {
  return functions.map((fn) => {
    const scriptFile = relative(appRoot, fn.scriptFile);
    const href = `${urls.origin}/admin/functions/${fn.name}`;
    return {
      name: fn.name,
      script_root_path_href: `${urls.origin}/admin/vfs/`,
      script_href: `${urls.origin}/admin/vfs/${scriptFile}`,
      config_href: href,
      test_data_href: href,
      href,
      invoke_url_template: isHttp(fn) ? functionUrl(fn, urls) : null,
      language: "node",
      config: {
        name: fn.name,
        entryPoint: "",
        scriptFile,
        language: "node",
        functionDirectory: dirname(fn.scriptFile),
        bindings: Object.entries(fn.bindings).map(([name, binding]) => ({ name, ...binding })),
      },
      files: null,
      test_data: "",
      isDisabled: fn.disabled,
      isDirect: true,
      isProxy: false,
    };
  });
}

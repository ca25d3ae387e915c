import Module from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { CORE_MODULE_KEY, type CoreModule } from "./core-module";

const CORE = "@azure/functions-core";

type ResolveFilename = (request: string, ...rest: unknown[]) => string;
type NextResolve = (specifier: string, context: unknown) => unknown;
/** What of node:module the type definitions do not, or not for every supported version, declare. */
interface ModuleInternals {
  _resolveFilename: ResolveFilename;
  register(specifier: string): void;
  registerHooks?(hooks: { resolve(specifier: string, context: unknown, next: NextResolve): unknown }): void;
}

/**
 * Makes `@azure/functions-core` resolvable for CommonJS and ES modules, also under loaders that supply the source of
 * CommonJS modules themselves: those bypass `Module._load` and `require`, but not resolution (contract §1.6).
 *
 * Before Node 22.15 a hook for ES modules costs a thread (50 ms, 13 MB here), so that it is installed only when an
 * entry file is an ES module. An ES module that imports `@azure/functions` needs none: that package is CommonJS.
 */
export function makeCoreResolvable(core: CoreModule, app: { readonly hasEsModules: boolean }): void {
  (globalThis as unknown as Record<symbol, CoreModule>)[CORE_MODULE_KEY] = core;
  const stub = path.join(__dirname, "core-module-stub.js");
  const internals = Module as unknown as ModuleInternals;

  const resolveFilename = internals._resolveFilename;
  internals._resolveFilename = function (this: unknown, request, ...rest) {
    return request === CORE ? stub : Reflect.apply(resolveFilename, this, [request, ...rest]);
  };

  const url = pathToFileURL(stub).href;
  if (internals.registerHooks !== undefined) {
    internals.registerHooks({
      resolve: (specifier, context, next) =>
        specifier === CORE ? { url, format: "commonjs", shortCircuit: true } : next(specifier, context),
    });
  } else if (app.hasEsModules) {
    internals.register(resolveHookModule(url));
  }
}

/** Before Node 22.15 resolve hooks run on a thread of their own, from a module of their own. */
function resolveHookModule(url: string): string {
  const source = `export const resolve = (specifier, context, next) => specifier === ${JSON.stringify(CORE)}
    ? { url: ${JSON.stringify(url)}, format: "commonjs", shortCircuit: true } : next(specifier, context);`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

import Module from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { MessageChannel } from "node:worker_threads";
import { CORE_MODULE_KEY, type CoreModule } from "./core-module";

const CORE = "@azure/functions-core";

type ResolveFilename = (request: string, ...rest: unknown[]) => string;
type NextResolve = (specifier: string, context: unknown) => { readonly url: string };
/** What of node:module the type definitions do not, or not for every supported version, declare. */
interface ModuleInternals {
  _resolveFilename: ResolveFilename;
  register(specifier: string, options: { readonly data?: unknown; readonly transferList?: readonly object[] }): void;
  registerHooks?(hooks: { resolve(specifier: string, context: unknown, next: NextResolve): unknown }): void;
}

export interface ResolvableApp {
  readonly hasEsModules: boolean;
  /** Called with the path or URL of whatever is resolved, modules of Node.js included. */
  readonly onResolved?: ((file: string) => void) | undefined;
}

/**
 * Makes `@azure/functions-core` resolvable for CommonJS and ES modules, also under loaders that supply the source of
 * CommonJS modules themselves: those bypass `Module._load` and `require`, but not resolution (contract §1.6).
 *
 * Before Node 22.15 a hook for ES modules costs a thread (50 ms, 13 MB here), so that it is installed only when an
 * entry file is an ES module. An ES module that imports `@azure/functions` needs none: that package is CommonJS.
 */
export function makeCoreResolvable(core: CoreModule, { hasEsModules, onResolved }: ResolvableApp): void {
  (globalThis as unknown as Record<symbol, CoreModule>)[CORE_MODULE_KEY] = core;
  const stub = path.join(__dirname, "core-module-stub.js");
  const internals = Module as unknown as ModuleInternals;

  const resolveFilename = internals._resolveFilename;
  internals._resolveFilename = function (this: unknown, request, ...rest) {
    if (request === CORE) return stub;
    const file = Reflect.apply(resolveFilename, this, [request, ...rest]);
    onResolved?.(file);
    return file;
  };

  const url = pathToFileURL(stub).href;
  if (internals.registerHooks !== undefined) {
    internals.registerHooks({
      resolve(specifier, context, next) {
        if (specifier === CORE) return { url, format: "commonjs", shortCircuit: true };
        const resolved = next(specifier, context);
        onResolved?.(resolved.url);
        return resolved;
      },
    });
  } else if (hasEsModules) {
    registerOnThread(internals, url, onResolved);
  }
}

/** Before Node 22.15 resolve hooks run on a thread of their own, from a module of their own. */
function registerOnThread(internals: ModuleInternals, url: string, onResolved: ResolvableApp["onResolved"]): void {
  const source = `let port;
    export const initialize = (data) => { port = data?.port; };
    export const resolve = async (specifier, context, next) => {
      if (specifier === ${JSON.stringify(CORE)}) {
        return { url: ${JSON.stringify(url)}, format: "commonjs", shortCircuit: true };
      }
      const resolved = await next(specifier, context);
      port?.postMessage(resolved.url);
      return resolved;
    };`;
  const { port1, port2 } = new MessageChannel();
  port1.on("message", (file: string) => onResolved?.(file)).unref();
  internals.register(`data:text/javascript,${encodeURIComponent(source)}`, {
    ...(onResolved && { data: { port: port2 }, transferList: [port2] }),
  });
}

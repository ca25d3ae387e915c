/**
 * The file that `@azure/functions-core` resolves to (contract §1.6). A real file, so that every loader can serve it;
 * each member is exported by name, so that `import { registerHook } from "@azure/functions-core"` works as well.
 */
import { CORE_MODULE_KEY, type CoreModule } from "./core-module";

const core = (globalThis as unknown as Record<symbol, CoreModule>)[CORE_MODULE_KEY];
if (core === undefined) throw new Error("@azure/functions-core exists only inside a Functions host's worker.");

export const version = core.version;
export const hostVersion = core.hostVersion;
export const registerFunction = core.registerFunction;
export const registerHook = core.registerHook;
export const setProgrammingModel = core.setProgrammingModel;
export const getProgrammingModel = core.getProgrammingModel;
export const log = core.log;
export const Disposable = core.Disposable;

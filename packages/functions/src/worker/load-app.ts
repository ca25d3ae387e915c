import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { AppLoaded, LoadFailed } from "../wire/messages";
import type { AppHooks } from "./app-hooks";
import type { CoreModule } from "./core-module";
import { findEntryFiles, isEsModuleFile, readAppPackage, type AppPackage } from "./find-entry-files";
import type { FunctionRegistry } from "./function-registry";
import { captureHttpServer, type StreamModeServer } from "./http-stream-mode";
import { makeCoreResolvable } from "./make-core-resolvable";
import { toError } from "./system-error";

/** Slower than this is worth a word, since nothing runs before it is over (contract §1.1). */
const SLOW_LOAD_MS = 1000;

/** What the host offers to the programming model (contract §1.7). */
const CAPABILITIES = [
  "RawHttpBodyBytes",
  "RpcHttpTriggerMetadataRemoved",
  "RpcHttpBodyOnly",
  "IgnoreEmptyValuedRpcHttpHeaders",
  "UseNullableValueDictionaryForHttp",
  "WorkerStatus",
  "TypedDataCollection",
  "HandlesWorkerTerminateMessage",
];

export interface LoadAppOptions {
  readonly appRoot: string;
  readonly registry: FunctionRegistry;
  readonly hooks: AppHooks;
  readonly core: CoreModule;
  /** Called with the path or URL of each file that is loaded, also later. */
  readonly onResolved?: ((file: string) => void) | undefined;
}

/** The outcome, and the request listener of an app that asked for `enableHttpStream`. */
export interface LoadedApp {
  readonly report: AppLoaded | LoadFailed;
  readonly streamMode?: StreamModeServer;
}

class EntryPointError extends Error {
  constructor(
    readonly file: string,
    readonly reason: Error,
  ) {
    super(`Worker was unable to load entry point "${file}": ${reason.message}`);
  }
}

/**
 * Loads the app in the order of contract §1.2: core module, entry files, appStart hooks (also after a failed entry
 * file), capabilities, lock. A failure is part of the report; it never throws.
 */
export async function loadApp(options: LoadAppOptions): Promise<LoadedApp> {
  const { appRoot, registry, hooks, core } = options;
  const warnings: string[] = [];
  const app = await readAppPackage(appRoot);
  if (app.warning !== undefined) warnings.push(app.warning);
  const entryFailure = await attempt(() => loadEntryFiles(options, app, warnings));
  const hookFailure = await attempt(() => hooks.runAppStart(appRoot));
  const capture = captureHttpServer();
  let capabilities: Record<string, string> = {};
  const capabilityFailure = await attempt(async () => {
    capabilities = await readCapabilities(core);
  });
  const streamMode = capture.finish();
  const { functions, rejected } = registry.lock();
  const failure = entryFailure ?? hookFailure ?? capabilityFailure;
  if (failure !== undefined) return { report: loadFailed(failure, registry.names()) };
  return {
    report: { type: "loaded", functions, rejected, capabilities, warnings },
    ...(streamMode && { streamMode }),
  };
}

async function loadEntryFiles(options: LoadAppOptions, app: AppPackage, warnings: string[]): Promise<void> {
  const { appRoot, core, registry, onResolved } = options;
  if (app.main === undefined) {
    makeCoreResolvable(core, { hasEsModules: app.isEsModule, onResolved });
    warnings.push(
      `${path.join(appRoot, "package.json")} has no "main": no function is loaded. Set it to a pattern of the files that register functions, for example "src/functions/*.js".`,
    );
    return;
  }
  const files = await findEntryFiles(appRoot, app.main).catch((error: unknown) => {
    throw new EntryPointError(app.main ?? "", toError(error));
  });
  makeCoreResolvable(core, { hasEsModules: files.some((file) => isEsModuleFile(file, app)), onResolved });
  for (const file of files) {
    registry.currentFile = path.join(appRoot, file);
    onResolved?.(registry.currentFile);
    const startedAt = performance.now();
    try {
      await loadFile(registry.currentFile, isEsModuleFile(file, app));
    } catch (error) {
      throw new EntryPointError(file, toError(error));
    } finally {
      registry.currentFile = undefined;
    }
    const durationMs = Math.round(performance.now() - startedAt);
    if (durationMs > SLOW_LOAD_MS) warnings.push(`Loading "${file}" took ${durationMs} ms.`);
  }
}

async function loadFile(file: string, isEsModule: boolean): Promise<void> {
  if (isEsModule) await import(pathToFileURL(file).href);
  else createRequire(file)(file);
}

async function readCapabilities(core: CoreModule): Promise<Record<string, string>> {
  const offered = Object.fromEntries(CAPABILITIES.map((name) => [name, "true"]));
  const model = core.getProgrammingModel();
  return (await model?.getCapabilities?.(offered)) ?? offered;
}

async function attempt(action: () => Promise<void>): Promise<Error | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    return toError(error);
  }
}

function loadFailed(failure: Error, registered: readonly string[]): LoadFailed {
  const reason = failure instanceof EntryPointError ? failure.reason : failure;
  return {
    type: "loadFailed",
    failure: {
      ...(failure instanceof EntryPointError && { file: failure.file }),
      message: failure.message,
      ...(reason.stack !== undefined && { stack: ofTheApp(reason.stack) }),
      registered,
    },
  };
}

/** A stack without how this host and Node.js load files, which tells nobody what is wrong with one. */
function ofTheApp(stack: string): string {
  const isForeign = (line: string) => line.includes("node:internal/") || line.includes(__dirname);
  return stack
    .split("\n")
    .filter((line) => !/^\s+at /.test(line) || !isForeign(line))
    .join("\n")
    .trimEnd();
}

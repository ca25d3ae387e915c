import path from "node:path";
import type { FunctionReport, RejectedFunction } from "../wire/messages";
import type { BindingInfo, FunctionCallback, RegisteredFunction } from "./registered-function";
import { asSystemError } from "./system-error";

/** What `@azure/functions` hands to `registerFunction` (contract §1.4). */
export interface FunctionMetadata {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, BindingInfo>>;
  readonly retryOptions?: Readonly<Record<string, unknown>>;
}

/** Metadata as the programming model sees them again at each invocation. */
export interface CoreFunctionMetadata extends FunctionMetadata {
  readonly functionId: string;
  readonly scriptFile: string;
  readonly directory: string;
  readonly rawBindings: readonly string[];
}

/** A registered function with what only the worker needs to know about it. */
export interface RegistryEntry extends RegisteredFunction {
  readonly metadata: CoreFunctionMetadata;
}

const FUNCTION_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,127}$/;
const BINDING_NAME = /^[a-zA-Z][a-zA-Z0-9]{0,127}$/;

/** The app's functions: filled while its entry files load, then locked for good (contract §1.2, §1.3). */
export class FunctionRegistry {
  readonly #entries = new Map<string, RegistryEntry>();
  readonly #byName = new Map<string, RegistryEntry>();
  readonly #appRoot: string;
  #locked = false;
  /** The entry file that is being loaded, absolute: what registers now is attributed to it. */
  currentFile: string | undefined;

  constructor(appRoot: string) {
    this.#appRoot = appRoot;
  }

  /** Adds a function. Throws on a duplicate id and once startup is over. Returns how to remove it again. */
  register(metadata: FunctionMetadata, callback: FunctionCallback): () => void {
    this.#ensureStartup("registered");
    const functionId = metadata.functionId ?? metadata.name;
    if (this.#entries.has(functionId)) {
      throw asSystemError(new Error(`A function with id "${functionId}" has already been registered.`));
    }
    this.#entries.set(functionId, this.#entry(functionId, metadata, callback));
    return () => {
      this.#ensureStartup("disposed");
      this.#entries.delete(functionId);
    };
  }

  /** Names registered so far, in order. */
  names(): string[] {
    return [...this.#entries.values()].map((entry) => entry.name);
  }

  /** Ends registration; tells which functions can run and which cannot. */
  lock(): { readonly functions: readonly FunctionReport[]; readonly rejected: readonly RejectedFunction[] } {
    this.#locked = true;
    const functions: FunctionReport[] = [];
    const rejected: RejectedFunction[] = [];
    for (const entry of this.#entries.values()) {
      const reason = this.#whyUnusable(entry);
      if (reason === undefined) {
        this.#byName.set(entry.name.toLowerCase(), entry);
        const { name, bindings, retryOptions, scriptFile } = entry;
        functions.push({ name, bindings, scriptFile, ...(retryOptions && { retryOptions }) });
      } else {
        rejected.push({ name: entry.name, reason });
      }
    }
    return { functions, rejected };
  }

  /** Finds a function that can run, ignoring case. */
  find(name: string): RegistryEntry | undefined {
    return this.#byName.get(name) ?? this.#byName.get(name.toLowerCase());
  }

  #entry(functionId: string, metadata: FunctionMetadata, callback: FunctionCallback): RegistryEntry {
    const scriptFile = this.currentFile ?? path.join(this.#appRoot, "package.json");
    const { name, bindings, retryOptions } = metadata;
    return {
      name,
      callback,
      bindings,
      scriptFile,
      ...(retryOptions && { retryOptions }),
      metadata: {
        ...metadata,
        functionId,
        scriptFile: path.basename(scriptFile),
        directory: path.dirname(scriptFile),
        rawBindings: Object.entries(bindings).map(([key, binding]) => JSON.stringify({ ...binding, name: key })),
      },
    };
  }

  #whyUnusable(entry: RegistryEntry): string | undefined {
    const { name, bindings } = entry;
    if (!FUNCTION_NAME.test(name) || name.toLowerCase() === "host") {
      return `The name "${name}" is not allowed: a function's name starts with a letter, has up to 128 letters, digits, "_" or "-", and is not "host".`;
    }
    const taken = this.#byName.get(name.toLowerCase());
    if (taken !== undefined) return `Its name differs from "${taken.name}" only in case; function names ignore case.`;
    if (typeof entry.callback !== "function") return "Its handler is not a function.";
    for (const [bindingName, binding] of Object.entries(bindings)) {
      if (bindingName !== "$return" && !BINDING_NAME.test(bindingName)) {
        return `The binding name "${bindingName}" is not allowed: it starts with a letter and has up to 128 letters or digits.`;
      }
      if (isDeferred(binding)) {
        return `Its binding "${bindingName}" asks for an SDK client ("sdkBinding": true), which this host does not provide.`;
      }
    }
    return undefined;
  }

  #ensureStartup(what: string): void {
    if (this.#locked) throw asSystemError(new Error(`A function can only be ${what} during app startup.`));
  }
}

function isDeferred(binding: BindingInfo): boolean {
  const properties = binding["properties"];
  if (typeof properties !== "object" || properties === null) return false;
  return "supportsDeferredBinding" in properties && properties.supportsDeferredBinding === "true";
}

/** The metadata the programming model is to see for a function that came from a registry. */
export function metadataOf(fn: RegisteredFunction): CoreFunctionMetadata {
  const { metadata } = fn as RegisteredFunction & { readonly metadata?: CoreFunctionMetadata };
  if (metadata === undefined) throw new TypeError(`Function '${fn.name}' does not come from the registry.`);
  return metadata;
}

/** The binding that triggers a function, with its name; undefined when there is none. */
export function triggerOf(bindings: Readonly<Record<string, BindingInfo>>): [string, BindingInfo] | undefined {
  return Object.entries(bindings).find(([, binding]) => binding.type.toLowerCase().endsWith("trigger"));
}

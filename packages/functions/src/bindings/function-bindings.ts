import { errorText } from "@durable-host/engine";
import type { FunctionDescription } from "../pool/function-index";
import type { DeliverOutputs } from "../pool/pending-calls";
import type { BindingValues } from "../wire/messages";
import { isWorkersClient } from "../worker/function-runner";
import type { BindingInfo } from "../worker/registered-function";
import type { BindingData } from "./binding-data";
import type { ExpressionContext } from "./binding-expression";
import type { BindingServices, BindingType, InputBinding, OutputBinding } from "./binding-type";

/** What one call of a function with bindings needs. */
export interface PreparedCall {
  readonly inputs: BindingValues;
  readonly deliver: DeliverOutputs;
}

/** A function was not run, because what one of its input bindings names could not be read. */
export class InputError extends Error {
  constructor(functionName: string, cause: unknown) {
    super(`An input of function '${functionName}' could not be read: ${errorText(cause)}`, { cause });
    this.name = "InputError";
  }
}

/** A function that cannot run because of one of its bindings. */
export interface UnusableFunction {
  readonly name: string;
  readonly reason: string;
}

interface Bindings {
  readonly inputs: readonly (readonly [name: string, binding: InputBinding])[];
  readonly outputs: ReadonlyMap<string, OutputBinding>;
}

/** The input and output bindings of an app's functions, beside triggers, durable clients and HTTP responses. */
export class FunctionBindings {
  readonly unusable: readonly UnusableFunction[];
  readonly #services: BindingServices;
  readonly #byFunction = new Map<string, Bindings>();

  constructor(
    functions: readonly FunctionDescription[],
    types: Readonly<Record<string, BindingType>>,
    services: BindingServices,
  ) {
    this.#services = services;
    const unusable: UnusableFunction[] = [];
    for (const fn of functions.filter(({ disabled }) => !disabled)) {
      try {
        const bindings = bindingsOf(fn, types, services);
        if (bindings !== undefined) this.#byFunction.set(fn.name.toLowerCase(), bindings);
      } catch (error) {
        unusable.push({ name: fn.name, reason: errorText(error) });
      }
    }
    this.unusable = unusable;
  }

  /**
   * Reads the inputs of a call and tells where its outputs go. Undefined at once for a function without bindings of its own,
   * which is the rule. Rejects with InputError.
   */
  prepare(functionName: string, data: () => BindingData): Promise<PreparedCall> | undefined {
    const bindings = this.#byFunction.get(functionName.toLowerCase());
    return bindings && this.#prepare(bindings, { data: data(), functionName, now: this.#services.clock.now() });
  }

  async #prepare({ inputs, outputs }: Bindings, context: ExpressionContext): Promise<PreparedCall> {
    const reads = inputs.map(async ([name, read]) => ({ name, data: await read(context) }));
    const values = await Promise.all(reads).catch((error: unknown) => {
      throw new InputError(context.functionName, error);
    });
    return {
      inputs: values,
      deliver: async (outputValues) => {
        await Promise.all(outputValues.flatMap(({ name, data }) => outputs.get(name)?.(data, context) ?? []));
      },
    };
  }
}

function bindingsOf(
  fn: FunctionDescription,
  types: Readonly<Record<string, BindingType>>,
  services: BindingServices,
): Bindings | undefined {
  const own = Object.entries(fn.bindings).filter(([name, binding]) => name !== fn.triggerName && isServed(binding));
  if (own.length === 0) return undefined;
  const inputs: [string, InputBinding][] = [];
  const outputs = new Map<string, OutputBinding>();
  for (const [name, binding] of own) {
    const type = types[binding.type.toLowerCase()];
    if (binding.direction === "in") inputs.push([name, (type?.input ?? notSupported("input"))(binding, services)]);
    else outputs.set(name, (type?.output ?? notSupported("output"))(binding, services));
  }
  return { inputs, outputs };
}

/** A durable client of v3 is the worker's, and an HTTP response the listener's. */
function isServed(binding: BindingInfo): boolean {
  return !isWorkersClient(binding) && binding.type.toLowerCase() !== "http";
}

function notSupported(direction: string): (binding: BindingInfo) => never {
  return ({ type }) => {
    throw new Error(`This host does not support ${direction} bindings of type "${type}".`);
  };
}

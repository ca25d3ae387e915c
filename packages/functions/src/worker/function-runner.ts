import type { BindingValues } from "../wire/messages";
import { triggerOf, type FunctionRegistry, type RegistryEntry } from "./function-registry";
import type { InvocationRequest, Invoker } from "./invocation";
import { requiresGrpc, type BindingInfo } from "./registered-function";
import { fromWire, toWire } from "./typed-data";

type TypedData = Readonly<Record<string, unknown>>;

/** What runs a function of the app for a trigger. */
export interface FunctionRunnerParts {
  readonly registry: FunctionRegistry;
  readonly invoker: Invoker;
  /** Value of every durable client input binding, as JSON. */
  readonly durableClientInput: string;
  /** The same for the run that has this trace context; absent: one value is for all. */
  readonly tracedClientInput?: (traceParent: string) => string;
}

/** What a call gives beside the trigger's own value. */
export type TriggerRequest = Omit<InvocationRequest, "inputData"> & {
  readonly triggerData: TypedData;
  /** Values of input bindings that the host has read for this call. */
  readonly inputs?: BindingValues | undefined;
};

export interface Outcome {
  readonly result: unknown;
  readonly returnValue?: TypedData;
  /** What output bindings are to get; the result is among them if there is one for it. */
  readonly outputs: BindingValues;
}

export interface RunOptions {
  /** The outcome is to have the return value as typed data. */
  readonly returnValue?: boolean;
  /** Gets the invocation context before the app's code does. */
  readonly prepare?: (context: object) => void;
}

/** How a function is called: worked out once, since bindings do not change. */
interface CallPlan {
  readonly entry: RegistryEntry;
  readonly triggerName: string;
  readonly extraInputs: InvocationRequest["inputData"];
  /** Whether its result has to go through the programming model's output bindings. */
  readonly hasOutputs: boolean;
  /** Whether its result is the value of an output binding. */
  readonly returnsOutput: boolean;
  /** Whether it is a function of `durable-functions` v4. */
  readonly requiresGrpc: boolean;
}

const NO_OUTPUTS: BindingValues = [];
/** The name of the output binding that gets the function's result (contract §1.4). */
const RETURN_BINDING = "$return";

/** Runs the app's functions by name: trigger data in, result and output bindings out (contract §2.1, §2.4). */
export class FunctionRunner {
  readonly #parts: FunctionRunnerParts;
  readonly #plans = new Map<string, CallPlan>();

  constructor(parts: FunctionRunnerParts) {
    this.#parts = parts;
  }

  /**
   * Runs a function; rejects with what it threw. Output bindings are evaluated only after success (contract §2.6);
   * `returnValue` is there when asked for, or when they had to be.
   */
  async run(name: string, request: TriggerRequest, want: RunOptions = {}): Promise<Outcome> {
    const plan = this.#plan(name);
    const { invoker } = this.#parts;
    const invocation = await invoker.begin(plan.entry, this.#invocationRequest(plan, request));
    want.prepare?.(invocation.context);
    const result = await invoker.run(invocation);
    if (!plan.hasOutputs && want.returnValue !== true) return { result, outputs: NO_OUTPUTS };
    const { outputData, returnValue } = await invoker.respond(invocation, result);
    const isOutput = plan.returnsOutput && returnValue !== undefined && Object.keys(returnValue).length > 0;
    const outputs = [...outputData, ...(isOutput ? [{ name: RETURN_BINDING, data: returnValue }] : [])];
    return { result, outputs: outputs.map(wired), ...(returnValue && { returnValue }) };
  }

  /**
   * Runs an HTTP function and hands out its own result instead of the programming model's response, so that streams
   * and repeated headers survive (contract §1.7, second shortcut). `settle` is called with or without success in
   * place of the response: it evaluates the other output bindings.
   */
  async runHttp(name: string, request: TriggerRequest, settle: { readonly always: boolean }): Promise<Outcome> {
    const plan = this.#plan(name);
    const { invoker } = this.#parts;
    const invocation = await invoker.begin(plan.entry, this.#invocationRequest(plan, request));
    try {
      const result = await invoker.run(invocation);
      if (!plan.hasOutputs && !settle.always) return { result, outputs: NO_OUTPUTS };
      const { outputData } = await invoker.respond(invocation, settle.always ? {} : undefined);
      return { result, outputs: outputData.map(wired) };
    } catch (error) {
      if (settle.always) await invoker.respond(invocation, {}).catch(() => undefined);
      throw error;
    }
  }

  /** Whether a function that has been run is one of `durable-functions` v4. */
  requiresGrpc(name: string): boolean {
    return this.#plans.get(name)?.requiresGrpc ?? false;
  }

  #invocationRequest(plan: CallPlan, request: TriggerRequest): InvocationRequest {
    const { tracedClientInput } = this.#parts;
    const traceParent = request.traceContext?.traceParent;
    if (!tracedClientInput || !traceParent || plan.extraInputs.length === 0) return invocationRequest(plan, request);
    const data = { json: tracedClientInput(traceParent) };
    const extraInputs = plan.extraInputs.map(({ name }) => ({ name, data }));
    return invocationRequest({ ...plan, extraInputs }, request);
  }

  #plan(name: string): CallPlan {
    const known = this.#plans.get(name);
    if (known !== undefined) return known;
    const entry = this.#parts.registry.find(name);
    const trigger = entry && triggerOf(entry.bindings);
    if (entry === undefined || trigger === undefined) throw new Error(`The app has no function named '${name}'.`);
    const returned = entry.bindings[RETURN_BINDING];
    const plan: CallPlan = {
      entry,
      triggerName: trigger[0],
      extraInputs: Object.entries(entry.bindings)
        .filter(([, binding]) => isWorkersClient(binding))
        .map(([bindingName]) => ({ name: bindingName, data: { json: this.#parts.durableClientInput } })),
      hasOutputs: Object.entries(entry.bindings).some(([, binding]) => isOutput(binding)),
      returnsOutput: returned !== undefined && isOutput(returned),
      requiresGrpc: requiresGrpc(trigger[1]),
    };
    this.#plans.set(name, plan);
    return plan;
  }
}

function invocationRequest(plan: CallPlan, request: TriggerRequest): InvocationRequest {
  const { triggerData, inputs, ...rest } = request;
  const trigger = { name: plan.triggerName, data: triggerData };
  if (inputs === undefined && plan.extraInputs.length === 0) return { ...rest, inputData: [trigger] };
  const read = (inputs ?? []).map(({ name, data }) => ({ name, data: fromWire(data) }));
  return { ...rest, inputData: [trigger, ...plan.extraInputs, ...read] };
}

function wired({ name, data }: BindingValues[number]): BindingValues[number] {
  return { name, data: toWire(data) };
}

/** A durable client whose value the worker knows: that of v3, under either of its names (durable contract §5.1). */
export function isWorkersClient(binding: BindingInfo): boolean {
  const isClient = binding.type === "durableClient" || binding.type === "orchestrationClient";
  return isClient && binding.direction === "in" && !requiresGrpc(binding);
}

/** An HTTP response is no output to be delivered: the host answers the request with it. */
function isOutput(binding: BindingInfo): boolean {
  return binding.direction === "out" && binding.type.toLowerCase() !== "http";
}

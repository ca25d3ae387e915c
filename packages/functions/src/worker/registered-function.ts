/** A handler as the app registered it. */
export type FunctionCallback = (...args: unknown[]) => unknown;

/** A binding as `@azure/functions` registers it (functions-host contract §1.5). */
export interface BindingInfo {
  readonly type: string;
  readonly direction: "in" | "out" | "inout";
  readonly [property: string]: unknown;
}

/** Whether it is a binding of `durable-functions` v4, which the host serves with protobuf and gRPC (gRPC contract §16.1). */
export function requiresGrpc(binding: BindingInfo): boolean {
  return binding["durableRequiresGrpc"] === true;
}

/** A function the app has registered. */
export interface RegisteredFunction {
  readonly name: string;
  readonly callback: FunctionCallback;
  readonly bindings: Readonly<Record<string, BindingInfo>>;
  readonly retryOptions?: Readonly<Record<string, unknown>>;
  /** Entry file that registered it, absolute. */
  readonly scriptFile: string;
}

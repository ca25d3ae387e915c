import { DurableHostError, type StorageProvider } from "@durable-host/engine";

/** The methods of the port that can be made to fail: all that answer later. */
export type FaultyMethod = {
  [K in keyof StorageProvider]-?: NonNullable<StorageProvider[K]> extends (...args: never[]) => Promise<unknown>
    ? K
    : never;
}[keyof StorageProvider];

type Fault =
  | { readonly type: "fail"; readonly when: "before" | "after"; readonly error: Error }
  | { readonly type: "hold"; readonly when: "before" | "after"; readonly until: Promise<void> };

/** A provider whose calls fail, or wait, exactly where a test wants it. Faults of a method are used up call by call. */
export interface FaultInjection {
  /** Passes every call through to the real provider, unless a fault is waiting for it. */
  readonly provider: StorageProvider;
  /** The next `times` calls reject without reaching the store. Default: a transient fault, once. */
  failBefore(method: FaultyMethod, error?: Error, times?: number): void;
  /** The next call takes effect, but its caller is told that it failed: the answer is lost on the way. */
  failAfter(method: FaultyMethod, error?: Error): void;
  /** The next call waits before it reaches the store until the returned function is called. */
  holdBefore(method: FaultyMethod): () => void;
  /** The next call takes effect, but its answer waits until the returned function is called. */
  holdAfter(method: FaultyMethod): () => void;
  /** How often a method was called, faults included. */
  calls(method: FaultyMethod): number;
}

/** Puts fault injection between a provider and whoever uses it. */
export function withFaults(provider: StorageProvider): FaultInjection {
  const waiting = new Map<PropertyKey, Fault[]>();
  const calls = new Map<PropertyKey, number>();
  const add = (method: FaultyMethod, fault: Fault) => {
    waiting.set(method, [...(waiting.get(method) ?? []), fault]);
  };
  const hold = (method: FaultyMethod, when: "before" | "after") => {
    let release = () => {};
    const until = new Promise<void>((resolve) => (release = resolve));
    add(method, { type: "hold", when, until });
    return release;
  };
  const run = async (method: PropertyKey, call: () => Promise<unknown>): Promise<unknown> => {
    calls.set(method, (calls.get(method) ?? 0) + 1);
    const fault = waiting.get(method)?.shift();
    if (fault?.when === "before") await strike(fault);
    const result = await call();
    if (fault?.when === "after") await strike(fault);
    return result;
  };
  return {
    provider: new Proxy(provider, {
      get(target, property, receiver) {
        const member: unknown = Reflect.get(target, property, receiver);
        if (typeof member !== "function" || property === "onWork") return member;
        return (...args: unknown[]) => run(property, () => Reflect.apply(member, target, args));
      },
    }),
    failBefore(method, error = transient(false), times = 1) {
      for (let call = 0; call < times; call++) add(method, { type: "fail", when: "before", error });
    },
    failAfter: (method, error = transient(true)) => add(method, { type: "fail", when: "after", error }),
    holdBefore: (method) => hold(method, "before"),
    holdAfter: (method) => hold(method, "after"),
    calls: (method) => calls.get(method) ?? 0,
  };
}

async function strike(fault: Fault): Promise<void> {
  if (fault.type === "fail") throw fault.error;
  await fault.until;
}

function transient(outcomeUnknown: boolean): DurableHostError {
  return new DurableHostError("STORAGE_TRANSIENT", "A storage fault that a test injected.", { outcomeUnknown });
}

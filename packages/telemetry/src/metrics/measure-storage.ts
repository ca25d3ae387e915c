import type { StorageProvider } from "@durable-host/engine";

/** Told of each call of the store that has ended. */
export type StorageMeter = (operation: string, succeeded: boolean, durationMs: number) => void;

const MEASURED: ReadonlySet<PropertyKey> = new Set<keyof StorageProvider>([
  "createInstance",
  "sendMessage",
  "getInstance",
  "queryInstances",
  "readHistory",
  "purgeInstances",
  "lockOrchestrations",
  "lockInstance",
  "lockActivities",
  "renewLock",
  "commitOrchestration",
  "commitActivity",
  "abandon",
]);

type Call = (...given: unknown[]) => Promise<unknown>;

/** The same provider, whose calls are counted and timed. Members may come and go; what is measured follows them. */
export function measureStorage<Provider extends StorageProvider>(provider: Provider, meter: StorageMeter): Provider {
  const measured = new Map<unknown, Call>();
  return new Proxy(provider, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== "function" || !MEASURED.has(key)) return member;
      let call = measured.get(member);
      if (!call) {
        // The port says that these are asynchronous.
        call = timed(String(key), (...given) => Reflect.apply(member, target, given) as Promise<unknown>, meter);
        measured.set(member, call);
      }
      return call;
    },
  });
}

function timed(operation: string, call: Call, meter: StorageMeter): Call {
  return (...given) => {
    const startedAt = performance.now();
    const result = call(...given);
    result.then(
      () => meter(operation, true, performance.now() - startedAt),
      () => meter(operation, false, performance.now() - startedAt),
    );
    return result;
  };
}

import type { StorageProvider } from "@durable-host/engine";
import type { Peek } from "./work/poller";

/**
 * What can be done with an open store. There are two sets: over the procedures in our own schema (`operations/`), and over
 * Microsoft's alone (`microsoft/`). The provider does not know which one it has.
 */
export interface StoreOperations extends Omit<
  StorageProvider,
  "name" | "start" | "stop" | "onWork" | "onFailure" | "isReachable"
> {
  /** Tells cheaply what there is to lock, and when there will be more by itself. */
  peekWork(): Promise<Peek>;
  /** Gives all locks of this process back, before it closes. Never rejects. */
  releaseAllLocks(): Promise<void>;
}

import type { TaskHub } from "@durable-host/engine";
import type { HubWorkers } from "./work/hub-workers";

/** A task hub that is open: what clients talk to, and the workers that are connected to it. */
export interface HubRuntime {
  readonly name: string;
  readonly taskHub: TaskHub;
  readonly workers: HubWorkers;
}

/** The task hubs of a server. */
export interface HubDirectory {
  /** By the name of the call's `taskhub` metadata, without regard to case; undefined: the default hub. None: there is no such hub. */
  find(name: string | undefined): Promise<HubRuntime | undefined>;
  /** Those that are open at the moment. */
  open(): readonly HubRuntime[];
}

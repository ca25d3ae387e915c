export type { HubDirectory, HubRuntime } from "./hubs";
export type * from "./work/hub-workers";

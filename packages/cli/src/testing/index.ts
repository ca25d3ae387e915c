export { createTestHub } from "./create-test-hub";
export type { Executed } from "./execution-log";
export { ReplayMismatchError, replayHistory, type ReplayedInstance, type ReplayOptions } from "./replay-history";
export type { TestHub } from "./test-hub";
export type { ActivityCode, StartTestOptions, TestEntity, TestHubOptions, Until } from "./test-hub-options";
export type { TestInstance } from "./test-instance";
export type { TestLogEntry } from "./test-log";

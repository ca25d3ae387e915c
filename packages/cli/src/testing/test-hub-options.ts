import type { HttpAnswerer, SessionMode } from "@durable-host/functions";

/**
 * Code that takes the place of an activity: it gets the activity's input and its `InvocationContext`, and may be as
 * asynchronous as it likes. The types are those of the app, which only the test knows.
 */
// oxlint-disable-next-line typescript/no-explicit-any
export type ActivityCode = (input: any, context: any) => unknown;

export interface TestHubOptions {
  /** Code that is run in place of the app's activities, by name. The others are the app's own. */
  readonly activities?: Readonly<Record<string, ActivityCode>>;
  /**
   * Answers the requests of `context.df.callHttp`, polls included. Absent: they are sent, and virtual time stands still meanwhile.
   */
  readonly callHttp?: HttpAnswerer;
  /**
   * How orchestrators are executed. `verify`, the default: every episode is executed, and once more as a full replay from
   * the history; where the two differ, the orchestrator depends on something that is not in its history, and the test fails.
   * `resident`: as the host does. `replay`: every episode is a full replay, as under the official host.
   */
  readonly mode?: SessionMode;
  /** Virtual time at the beginning; default: the real time, from which it goes its own way. */
  readonly startTime?: Date;
  /** Version of instances that are started without one (host.json `defaultVersion`). */
  readonly defaultVersion?: string;
}

export interface StartTestOptions {
  readonly input?: unknown;
  /** Default: a new id. */
  readonly instanceId?: string;
  readonly version?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Virtual time before which it does not start. */
  readonly startAt?: Date;
}

/** An entity that exists. */
export interface TestEntity<State = unknown> {
  readonly state: State;
  readonly lastOperationAt: Date;
}

/** Amount of virtual time: milliseconds, or the time to go to. */
export type Until = number | Date;

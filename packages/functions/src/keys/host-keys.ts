/** The keys of a host (functions-host contract §3.3): who presents one may do what it stands for. */
export interface HostKeys {
  /** Opens everything. */
  readonly master: string;
  /** Open every function of level `function`, by name. */
  readonly functions: ReadonlyMap<string, string>;
  /** Open the webhooks of one extension each, by name (`durabletask_extension`). */
  readonly systems: ReadonlyMap<string, string>;
  /** Open one function each: keys by name, by the function's name in lower case. */
  readonly perFunction: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** The system key that the webhooks of Durable Functions ask for. */
export const DURABLE_SYSTEM_KEY = "durabletask_extension";

/** What `durable-host start` was told on the command line. */
export interface StartOptions {
  /** Folder of the Functions app, absolute. */
  readonly scriptRoot: string;
  /** Absent: local.settings.json, else 7071. */
  readonly port?: number;
  /** Absent: local.settings.json, else `localhost`. */
  readonly address?: string;
  /** Folder of the embedded store, absolute. */
  readonly dataDir: string;
  /** Names of the functions to run; absent: all. */
  readonly functions?: readonly string[];
  /** Comma list of origins. */
  readonly cors?: string;
  readonly storage?: "embedded";
  /** Ask for keys, as a host in the cloud does. */
  readonly enableAuth: boolean;
  /** Time the start may take, in milliseconds. */
  readonly startTimeoutMs: number;
  readonly verbose: boolean;
  readonly watch: boolean;
}

export const DEFAULT_PORT = 7071;
export const DEFAULT_ADDRESS = "localhost";

/** The variable that names the app's folder in images of Functions apps (functions-host contract §9). */
export const SCRIPT_ROOT = "AzureWebJobsScriptRoot";

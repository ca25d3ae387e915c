import type { Level } from "../console/level-filter";
import type { WorkerEndpointOptions } from "./worker-endpoint";

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
  /** Absent: what local.settings.json says. */
  readonly corsCredentials?: boolean;
  readonly storage?: "embedded";
  /** Ask for keys, as a host in the cloud does. */
  readonly enableAuth: boolean;
  /** Listen for https. */
  readonly https?: CertificateOptions;
  /** Workers and clients of the Durable Task SDKs may connect. */
  readonly grpc?: WorkerEndpointOptions;
  /** Time the start may take, in milliseconds. */
  readonly startTimeoutMs: number;
  readonly verbose: boolean;
  /** Level from which on the app's own logs are printed, where host.json says nothing. */
  readonly userLogLevel?: Level;
  /** Logs as JSON: to this file, absolute, or else to standard output. */
  readonly json?: { readonly file?: string };
  readonly watch: boolean;
  /** With `watch`: run the app's own watch script. */
  readonly build?: boolean;
  /** Node.js flags of the app's processes, in addition to those of the settings. */
  readonly workerArguments?: readonly string[];
  readonly pauseOnError?: boolean;
  /** What the user should know of the options, one line each. */
  readonly notices?: readonly string[];
}

/** Where the certificate for https is. */
export interface CertificateOptions {
  /** Absolute; PFX, or PEM with certificate and key. */
  readonly file?: string;
  /** The text, or the name of a file that holds it. */
  readonly password?: string;
}

export const DEFAULT_PORT = 7071;
export const DEFAULT_ADDRESS = "localhost";

/** The variable that names the app's folder in images of Functions apps (functions-host contract §9). */
export const SCRIPT_ROOT = "AzureWebJobsScriptRoot";

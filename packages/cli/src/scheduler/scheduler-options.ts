/** What `durable-host scheduler` was told on the command line. */
export interface SchedulerOptions {
  readonly port: number;
  readonly address: string;
  /** Task hubs that are open from the start; the first is that of callers who name none. */
  readonly hubs: readonly string[];
  /** Other task hubs are created when they are first used. */
  readonly dynamicHubs: boolean;
  readonly store: StoreOptions;
  /** Port of the HTTP endpoint that says whether the scheduler is ready; absent: there is none. */
  readonly statusPort?: number;
  readonly access: AccessOptions;
  readonly verbose: boolean;
}

/** Where the task hubs are kept. */
export type StoreOptions =
  /** A file for each in a folder, absolute. */
  | { readonly type: "embedded"; readonly dataDir: string }
  /** `setting`: the variable that holds the connection string. */
  | { readonly type: "mssql"; readonly connectionString?: string; readonly setting: string };

/** Who may call the gRPC endpoint, and whether the connection is encrypted. File names are absolute. */
export interface AccessOptions {
  /** A file with one token in each line. */
  readonly tokenFile?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly allowAnonymous: boolean;
}

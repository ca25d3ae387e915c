import type { ServerAddress } from "./server-address";

/** How to prove who we are. The kinds of Active Directory are those of SqlClient's `Authentication` keyword. */
export type Authentication =
  | { readonly type: "sql-login"; readonly userName: string; readonly password: string }
  | { readonly type: "directory-default"; readonly clientId?: string }
  | { readonly type: "managed-identity"; readonly clientId?: string }
  | { readonly type: "workload-identity"; readonly clientId?: string }
  | {
      readonly type: "service-principal";
      readonly clientId: string;
      readonly clientSecret: string;
      /** Absent: the environment variable AZURE_TENANT_ID. */
      readonly tenantId?: string;
    }
  | { readonly type: "directory-password"; readonly userName: string; readonly password: string };

/** A connection string, understood. Times in milliseconds. */
export interface ConnectionSettings {
  readonly address: ServerAddress;
  readonly database: string;
  readonly authentication: Authentication;
  /** "strict" is TDS 8.0: TLS before anything else, and the certificate always checked. */
  readonly encrypt: boolean | "strict";
  readonly trustServerCertificate: boolean;
  /** The name the server's certificate must carry; absent: the host. */
  readonly hostNameInCertificate?: string;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  /** What the server and its views call this client. In multi-tenancy mode 0 it names the task hub. */
  readonly applicationName: string;
  readonly workstationId?: string;
  readonly language?: string;
  readonly packetSize?: number;
  readonly multiSubnetFailover: boolean;
  readonly pool: PoolSettings;
}

export interface PoolSettings {
  readonly min: number;
  readonly max: number;
  /** False: every call has a connection of its own, closed after it. */
  readonly reuse: boolean;
  /** A connection older than this is not used again; 0: no limit. */
  readonly lifetimeMs: number;
}

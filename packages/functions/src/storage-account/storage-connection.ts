import { DurableHostError } from "@durable-host/engine";
import { connectionValue, type AppSettings } from "../config/app-settings";

/** The services of a storage account that functions are bound to. */
export type StorageService = "blob" | "queue" | "table";

/** How an account is reached: by a connection string, or at the addresses of its services with an identity. */
export type StorageConnection =
  | { readonly type: "connectionString"; readonly value: string }
  | { readonly type: "identity"; readonly uri: string; readonly identity: IdentitySettings };

/** Which identity signs in; all absent: whichever one this host has. */
export interface IdentitySettings {
  readonly credential?: string | undefined;
  readonly clientId?: string | undefined;
  readonly managedIdentityResourceId?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly clientSecret?: string | undefined;
}

/** The connection of bindings that name none. */
export const DEFAULT_CONNECTION = "AzureWebJobsStorage";

const EMULATOR = /(?:^|;)\s*UseDevelopmentStorage\s*=\s*true/i;

/**
 * Reads a connection: its connection string, or its section of settings for an identity (contract §5.1).
 * @throws DurableHostError CONFIG_INVALID when there is neither
 */
export function storageConnection(settings: AppSettings, name: string, service: StorageService): StorageConnection {
  const value = connectionValue(settings, name);
  if (value !== undefined) return { type: "connectionString", value };
  const part = sectionReader(settings, name);
  const account = part("accountName");
  const uri =
    part(`${service}ServiceUri`) ?? part("serviceUri") ?? (account && `https://${account}.${service}.core.windows.net`);
  if (uri === undefined) throw missing(name, service);
  return {
    type: "identity",
    uri,
    identity: {
      credential: part("credential"),
      clientId: part("clientId"),
      managedIdentityResourceId: part("managedIdentityResourceId"),
      tenantId: part("tenantId"),
      clientSecret: part("clientSecret"),
    },
  };
}

/** Tells whether a connection is the storage emulator of this machine. */
export function isStorageEmulator(connection: StorageConnection): boolean {
  return connection.type === "connectionString" && EMULATOR.test(connection.value);
}

/** Reads one setting of an identity's section; as everywhere in configuration, names ignore case. */
function sectionReader(settings: AppSettings, name: string): (part: string) => string | undefined {
  const byName = new Map(Object.entries(settings).map(([key, value]) => [key.toLowerCase(), value.trim()]));
  return (part) =>
    [`AzureWebJobs${name}__${part}`, `${name}__${part}`]
      .map((key) => byName.get(key.toLowerCase()))
      .find((value) => value !== undefined && value !== "");
}

function missing(name: string, service: StorageService): DurableHostError {
  return new DurableHostError(
    "CONFIG_INVALID",
    `there is no app setting ${name}. Set it, in the environment or under Values in local.settings.json, to the connection string of a storage account ("UseDevelopmentStorage=true" for the emulator of this machine), or set ${name}__${service}ServiceUri to sign in with an identity.`,
  );
}

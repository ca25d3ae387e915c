import type { TokenCredential } from "@azure/identity";
import { configInvalid } from "./connection-config-error";
import type { Authentication } from "./connection-settings";

/** An `Authentication` that gets tokens from Microsoft Entra ID (Azure Active Directory). */
export type DirectoryAuthentication = Exclude<Authentication, { readonly type: "sql-login" }>;

/**
 * Makes the credential that asks for tokens. It keeps and renews them, so all connections of a client share one.
 * The Azure library is loaded on demand: SQL logins have no use for it.
 */
export async function createDirectoryCredential(
  authentication: DirectoryAuthentication,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<TokenCredential> {
  const identity = await import("@azure/identity");
  switch (authentication.type) {
    case "directory-default":
      return new identity.DefaultAzureCredential(
        authentication.clientId === undefined ? {} : { managedIdentityClientId: authentication.clientId },
      );
    case "managed-identity":
      return authentication.clientId === undefined
        ? new identity.ManagedIdentityCredential()
        : new identity.ManagedIdentityCredential({ clientId: authentication.clientId });
    case "workload-identity":
      return new identity.WorkloadIdentityCredential(
        authentication.clientId === undefined ? {} : { clientId: authentication.clientId },
      );
    case "service-principal": {
      const tenantId = authentication.tenantId ?? fromEnvironment(environment, "AZURE_TENANT_ID", "the tenant's id");
      return new identity.ClientSecretCredential(tenantId, authentication.clientId, authentication.clientSecret);
    }
    case "directory-password": {
      const clientId = fromEnvironment(environment, "AZURE_CLIENT_ID", "the client id of an app registration");
      const tenantId = environment["AZURE_TENANT_ID"] ?? "organizations";
      const { userName, password } = authentication;
      return new identity.UsernamePasswordCredential(tenantId, clientId, userName, password);
    }
  }
}

function fromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  variable: string,
  what: string,
): string {
  const value = environment[variable];
  if (value) return value;
  throw configInvalid(`The way of logging in needs ${what}: set the environment variable ${variable}.`);
}

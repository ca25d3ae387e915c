import type { TokenCredential } from "@azure/identity" with { "resolution-mode": "import" };
import type { IdentitySettings } from "./storage-connection";

/** Makes what signs in to a storage account for an identity (contract §5.1). The library is loaded for it. */
export async function storageCredential(settings: IdentitySettings): Promise<TokenCredential> {
  const { ClientSecretCredential, DefaultAzureCredential, ManagedIdentityCredential } = await import("@azure/identity");
  const { credential, clientId, managedIdentityResourceId: resourceId, tenantId, clientSecret } = settings;
  if (credential?.toLowerCase() === "managedidentity") {
    if (resourceId) return new ManagedIdentityCredential({ resourceId });
    return clientId ? new ManagedIdentityCredential({ clientId }) : new ManagedIdentityCredential();
  }
  if (tenantId && clientId && clientSecret) return new ClientSecretCredential(tenantId, clientId, clientSecret);
  return new DefaultAzureCredential({
    ...(clientId && { managedIdentityClientId: clientId }),
    ...(tenantId && { tenantId }),
  });
}

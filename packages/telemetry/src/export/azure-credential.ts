import { DefaultAzureCredential, ManagedIdentityCredential, type TokenCredential } from "@azure/identity";

/**
 * The identity that APPLICATIONINSIGHTS_AUTHENTICATION_STRING asks for: `Authorization=AAD`, with `ClientId=…` for an identity
 * that was assigned to the app. Undefined: none, the connection string's key is enough.
 */
export function azureCredential(authentication: string): TokenCredential | undefined {
  const pairs = authentication.split(";").map((pair): [string, string] => {
    const [name = "", value = ""] = pair.split("=");
    return [name.trim().toLowerCase(), value.trim()];
  });
  const { authorization = "", clientid = "" } = Object.fromEntries(pairs);
  if (authorization.toLowerCase() !== "aad") return undefined;
  return clientid === "" ? new DefaultAzureCredential() : new ManagedIdentityCredential({ clientId: clientid });
}

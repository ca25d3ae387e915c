import { DefaultAzureCredential, ManagedIdentityCredential } from "@azure/identity";
import { azureCredential } from "../../src/export/azure-credential";

describe("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", () => {
  it("asks for the identity of the host, or for one that was assigned to it", () => {
    expect(azureCredential("Authorization=AAD")).toBeInstanceOf(DefaultAzureCredential);
    expect(azureCredential("Authorization=AAD; ClientId=11111111-2222")).toBeInstanceOf(ManagedIdentityCredential);
  });

  it.each(["", "Authorization=Key", "ClientId=1"])("asks for none with %p", (text) => {
    expect(azureCredential(text)).toBeUndefined();
  });
});

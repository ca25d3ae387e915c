import {
  ClientSecretCredential,
  DefaultAzureCredential,
  ManagedIdentityCredential,
  UsernamePasswordCredential,
  WorkloadIdentityCredential,
} from "@azure/identity";
import { createDirectoryCredential } from "../../src/connection/directory-credential";

const TENANT = "11111111-1111-1111-1111-111111111111";
const CLIENT = "22222222-2222-2222-2222-222222222222";

describe("a credential of Microsoft Entra ID", () => {
  it.each([
    [{ type: "directory-default" } as const, DefaultAzureCredential],
    [{ type: "directory-default", clientId: CLIENT } as const, DefaultAzureCredential],
    [{ type: "managed-identity" } as const, ManagedIdentityCredential],
    [{ type: "managed-identity", clientId: CLIENT } as const, ManagedIdentityCredential],
  ])("is made for %j", async (authentication, expected) => {
    expect(await createDirectoryCredential(authentication, {})).toBeInstanceOf(expected);
  });

  it("for a workload takes what Kubernetes puts into the environment", async () => {
    const before = { ...process.env };
    Object.assign(process.env, { AZURE_TENANT_ID: TENANT, AZURE_FEDERATED_TOKEN_FILE: "/var/run/token" });
    try {
      const credential = await createDirectoryCredential({ type: "workload-identity", clientId: CLIENT });
      expect(credential).toBeInstanceOf(WorkloadIdentityCredential);
    } finally {
      process.env = before;
    }
  });

  it("for a service principal needs the tenant, from the user or from the environment", async () => {
    const principal = { type: "service-principal", clientId: CLIENT, clientSecret: "s" } as const;
    expect(await createDirectoryCredential({ ...principal, tenantId: TENANT }, {})).toBeInstanceOf(
      ClientSecretCredential,
    );
    const fromEnvironment = await createDirectoryCredential(principal, { AZURE_TENANT_ID: TENANT });
    expect(fromEnvironment).toBeInstanceOf(ClientSecretCredential);
    await expect(createDirectoryCredential(principal, {})).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("AZURE_TENANT_ID") as string,
    });
  });

  it("for a user and password needs an app registration", async () => {
    const user = { type: "directory-password", userName: "a@b.example", password: "p" } as const;
    const credential = await createDirectoryCredential(user, { AZURE_CLIENT_ID: CLIENT });
    expect(credential).toBeInstanceOf(UsernamePasswordCredential);
    await expect(createDirectoryCredential(user, {})).rejects.toThrow(/AZURE_CLIENT_ID/);
  });
});

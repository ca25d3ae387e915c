import { azureTokens, scopeOf } from "../../src/call-http/azure-tokens";
import { LocalServer } from "./local-server";

/** Settings that choose an identity; those of the machine must not take part. */
const IDENTITY_SETTING = /^(?:AZURE_|IDENTITY_|MSI_|IMDS_)/;

const original = { ...process.env };
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (IDENTITY_SETTING.test(name)) delete process.env[name];
});
afterEach(() => {
  for (const name of Object.keys(process.env)) if (IDENTITY_SETTING.test(name)) delete process.env[name];
  Object.assign(process.env, original);
});

describe("the scope of a token", () => {
  it.each([
    ["https://management.core.windows.net", "https://management.core.windows.net/.default"],
    ["https://management.core.windows.net/", "https://management.core.windows.net/.default"],
    ["https://graph.microsoft.com", "https://graph.microsoft.com/.default"],
    ["https://graph.microsoft.com/", "https://graph.microsoft.com/.default"],
    ["https://graph.microsoft.com/User.Read", "https://graph.microsoft.com/User.Read"],
    ["https://vault.azure.net", "https://vault.azure.net"],
    ["api://mine/.default", "api://mine/.default"],
  ])("for %s is %s", (resource, scope) => {
    expect(scopeOf(resource)).toBe(scope);
  });
});

describe("tokens from Azure", () => {
  it("come from the managed identity of the place where the host runs", async () => {
    const endpoint = await LocalServer.start((_, response) => {
      const expires_on = String(Math.floor(Date.now() / 1000) + 3600);
      const token = { access_token: "t0ken", expires_on, resource: "https://vault.azure.net", token_type: "Bearer" };
      response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(token));
    });
    process.env["IDENTITY_ENDPOINT"] = `${endpoint.origin}/msi/token`;
    process.env["IDENTITY_HEADER"] = "header-secret";
    process.env["AZURE_TOKEN_CREDENTIALS"] = "ManagedIdentityCredential";
    try {
      expect(await azureTokens()("https://vault.azure.net")).toBe("t0ken");
      expect(endpoint.seen).toMatchObject([{ method: "GET", headers: { "x-identity-header": "header-secret" } }]);
      expect(endpoint.seen[0]?.path).toContain(`resource=${encodeURIComponent("https://vault.azure.net")}`);
    } finally {
      await endpoint.stop();
    }
  });

  it("are refused in words when the host has no identity", async () => {
    process.env["AZURE_TOKEN_CREDENTIALS"] = "EnvironmentCredential";

    await expect(azureTokens()("https://graph.microsoft.com/")).rejects.toThrow(
      /^No token for 'https:\/\/graph\.microsoft\.com\/' can be had with the Azure identity of this host: \S/,
    );
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openAccess } from "../../src/scheduler/grpc-access";

const folder = mkdtempSync(join(tmpdir(), "durable-access-"));
const tokenFile = join(folder, "tokens.txt");
afterAll(() => rmSync(folder, { recursive: true }));

describe("access to a gRPC port", () => {
  it.each(["localhost", "127.0.0.1", "::1"])("asks nobody for a token on %s", async (address) => {
    expect((await openAccess({ allowAnonymous: false }, address)).checks).toEqual([]);
  });

  it("is not opened to the network without tokens, unless that is said", async () => {
    await expect(openAccess({ allowAnonymous: false }, "0.0.0.0")).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("--allow-anonymous"),
    });
    expect((await openAccess({ allowAnonymous: true }, "0.0.0.0")).checks).toEqual([]);
  });

  it("reads the lines of the token file, anew with each call", async () => {
    writeFileSync(tokenFile, "# workers\n\nfirst\n  second  \n");
    const { checks } = await openAccess({ tokenFile, allowAnonymous: false }, "0.0.0.0");
    await expect(checks[0]?.("second")).resolves.toBeUndefined();
    await expect(checks[0]?.("# workers")).rejects.toThrow();
    writeFileSync(tokenFile, "third\n");
    await expect(checks[0]?.("second")).rejects.toThrow();
    await expect(checks[0]?.("third")).resolves.toBeUndefined();
  });

  it.each([
    [{ tokenFile: join(folder, "missing") }, /--token-file cannot be read/],
    [{ issuer: "https://issuer.example" }, /--audience/],
    [{ tlsCertificate: join(folder, "c.pem") }, /--tls-cert and --tls-key/],
    [{ tlsCertificate: join(folder, "c.pem"), tlsKey: join(folder, "k.pem") }, /--tls-cert cannot be read/],
  ])("says what is wrong with %j", async (given, message) => {
    await expect(openAccess({ ...given, allowAnonymous: false }, "localhost")).rejects.toThrow(message);
  });

  it("stops a start with a token file that holds no token", async () => {
    writeFileSync(tokenFile, "# nothing\n");
    await expect(openAccess({ tokenFile, allowAnonymous: true }, "localhost")).rejects.toThrow("holds no token");
  });
});

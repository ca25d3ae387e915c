import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { readCertificate } from "../../src/server/read-certificate";
import { Folders } from "../local/run-local-command";
import { Listeners } from "./exchange";

const folders = new Folders();
const listeners = new Listeners();
afterAll(() => folders.dispose());
afterEach(() => listeners.closeAll());

/** A certificate for this machine as PEM and as PFX, and the password of the latter in a file. */
function certificates(): { readonly pem: string; readonly pfx: string; readonly password: string } {
  const folder = folders.make({ password: "secret\n" });
  const [key, cert, pfx, pem] = ["key", "cert", "pfx", "pem"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  const openssl = (...args: readonly string[]) => execFileSync("openssl", args, { encoding: "utf8", stdio: "pipe" });
  openssl(..."req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout".split(" "), key, "-out", cert);
  openssl("pkcs12", "-export", "-inkey", key, "-in", cert, "-out", pfx, "-passout", "pass:secret");
  writeFileSync(pem, openssl("x509", "-in", cert) + openssl("pkey", "-in", key));
  return { pem, pfx, password: join(folder, "password") };
}

/** What an https server on this machine answers. */
function get(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, rejectUnauthorized: false, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve(text));
    })
      .on("error", reject)
      .end();
  });
}

describe("a certificate for https", () => {
  const { pem, pfx, password } = certificates();

  it.each([
    ["a PEM file", { file: pem }],
    ["a PFX file with a password", { file: pfx, password: "secret" }],
    ["a PFX file with a file that holds the password", { file: pfx, password }],
  ])("comes from %s, and requests then have https URLs", async (_what, options) => {
    const handler = (seen: { readonly url: URL }) => Promise.resolve({ status: 200, headers: [], body: seen.url.href });
    const { port } = await listeners.listen(handler, { tls: readCertificate(options) });
    expect(await get(port)).toBe(`https://127.0.0.1:${port}/`);
  });

  it.each([
    [{}, /--useHttps needs a certificate: --cert FILE.*openssl req/],
    [{ file: "/nowhere/cert.pem" }, /cert\.pem cannot be used: .*ENOENT/],
    [{ file: __filename }, /read-certificate\.test\.ts cannot be used/],
    [{ file: pfx, password: "wrong" }, /pfx cannot be used/],
  ])("of %j is refused in one paragraph", (options, message) => {
    expect(() => readCertificate(options)).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringMatching(message) }),
    );
  });
});

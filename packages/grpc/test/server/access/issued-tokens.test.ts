import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AccessDenied } from "../../../src/server/access/access-control";
import { issuedTokens } from "../../../src/server/access/issued-tokens";

/** Published as an ES module only. */
const jose = () => import("jose");

type PrivateKey = Parameters<InstanceType<Awaited<ReturnType<typeof jose>>["SignJWT"]>["sign"]>[0];

const AUDIENCE = "https://durabletask.io";

/** An issuer with one key, which serves its OpenID configuration. */
class Issuer {
  readonly #server: Server;
  #privateKey: PrivateKey | undefined;
  keys: unknown[] = [];
  fetched = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      this.fetched++;
      const body =
        request.url === "/.well-known/openid-configuration"
          ? { jwks_uri: `${this.address}/keys` }
          : { keys: this.keys };
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    });
  }

  async open(): Promise<void> {
    const { exportJWK, generateKeyPair } = await jose();
    const { privateKey, publicKey } = await generateKeyPair("RS256");
    this.#privateKey = privateKey;
    this.keys = [{ ...(await exportJWK(publicKey)), kid: "one", alg: "RS256" }];
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  close(): void {
    this.#server.close();
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async token({
    audience = AUDIENCE,
    issuer = this.address,
    expires = "5m",
    key = this.#privateKey,
  } = {}): Promise<string> {
    if (!key) throw new Error("The issuer is not open.");
    const { SignJWT } = await jose();
    return new SignJWT({ sub: "worker" })
      .setProtectedHeader({ alg: "RS256", kid: "one" })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(key);
  }
}

describe("tokens of an issuer", () => {
  const issuer = new Issuer();
  beforeAll(() => issuer.open());
  afterAll(() => issuer.close());

  const check = () => issuedTokens({ issuer: issuer.address, audience: AUDIENCE });

  it("accepts a token that the issuer has signed for this audience, and fetches keys once", async () => {
    const accept = check();
    await accept(await issuer.token());
    const fetched = issuer.fetched;
    await accept(await issuer.token());
    expect(issuer.fetched).toBe(fetched);
  });

  it("forbids a token for another audience or of another issuer", async () => {
    await expect(check()(await issuer.token({ audience: "https://elsewhere.example" }))).rejects.toMatchObject({
      reason: "forbidden",
    });
    await expect(check()(await issuer.token({ issuer: "https://elsewhere.example" }))).rejects.toMatchObject({
      reason: "forbidden",
    });
  });

  it("does not believe an expired token, a forged one, or what is none", async () => {
    const { generateKeyPair } = await jose();
    const { privateKey } = await generateKeyPair("RS256");
    for (const token of [await issuer.token({ expires: "-5m" }), await issuer.token({ key: privateKey }), "x.y.z"]) {
      const refused = check()(token);
      await expect(refused).rejects.toBeInstanceOf(AccessDenied);
      await expect(refused).rejects.toMatchObject({ reason: "unauthenticated" });
    }
  });

  it("asks an issuer that did not answer again with the next token", async () => {
    let isUp = false;
    const fetchJson = async (url: string): Promise<unknown> => {
      if (!isUp) throw new Error("connection refused");
      return (await fetch(url)).json();
    };
    const accept = issuedTokens({ issuer: issuer.address, audience: AUDIENCE, fetchJson });
    const token = await issuer.token();
    await expect(accept(token)).rejects.toMatchObject({ reason: "unauthenticated" });
    isUp = true;
    await expect(accept(token)).resolves.toBeUndefined();
  });
});

import { Metadata } from "@grpc/grpc-js";
import { AccessDenied, requireAccess } from "../../../src/server/access/access-control";
import { knownTokens } from "../../../src/server/access/known-tokens";

function metadata(authorization?: string): Metadata {
  const given = new Metadata();
  if (authorization !== undefined) given.set("authorization", authorization);
  return given;
}

describe("access by bearer token", () => {
  it("lets everybody in when nothing is asked for", async () => {
    await expect(requireAccess([], metadata())).resolves.toBeUndefined();
  });

  it("asks for a token where there is none, or another scheme", async () => {
    const checks = [knownTokens(() => ["secret"])];
    for (const given of [metadata(), metadata("Basic c2VjcmV0"), metadata("Bearer ")]) {
      await expect(requireAccess(checks, given)).rejects.toMatchObject({ reason: "unauthenticated" });
    }
  });

  it("accepts a token of the list, however the scheme is written, and no other", async () => {
    const checks = [knownTokens(() => ["first", "second"])];
    await expect(requireAccess(checks, metadata("Bearer second"))).resolves.toBeUndefined();
    await expect(requireAccess(checks, metadata("bearer first"))).resolves.toBeUndefined();
    await expect(requireAccess(checks, metadata("Bearer third"))).rejects.toBeInstanceOf(AccessDenied);
  });

  it("reads the list anew with each call", async () => {
    let tokens = ["old"];
    const checks = [knownTokens(() => tokens)];
    tokens = ["new"];
    await expect(requireAccess(checks, metadata("Bearer new"))).resolves.toBeUndefined();
    await expect(requireAccess(checks, metadata("Bearer old"))).rejects.toBeInstanceOf(AccessDenied);
  });

  it("is satisfied by one of several checks", async () => {
    const refuse = () => Promise.reject(new AccessDenied("forbidden", "not for this server"));
    await expect(requireAccess([refuse, knownTokens(() => ["a"])], metadata("Bearer a"))).resolves.toBeUndefined();
    await expect(requireAccess([knownTokens(() => ["a"]), refuse], metadata("Bearer b"))).rejects.toMatchObject({
      reason: "forbidden",
    });
  });
});

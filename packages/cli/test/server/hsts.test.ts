import { withHsts, type HstsOptions } from "../../src/server/hsts";
import { aRequest } from "./a-request";

const options: HstsOptions = {
  isEnabled: true,
  maxAgeMs: 86_400_000,
  includeSubDomains: true,
  preload: true,
  excludedHosts: ["Internal.example"],
};
const ok = () => Promise.resolve({ status: 200, headers: [] });

async function headersOf(url: string, changes: Partial<HstsOptions> = {}) {
  return (await withHsts(ok, { ...options, ...changes })(aRequest(`GET ${url}`)))?.headers;
}

describe("HSTS", () => {
  it("tells browsers that came over https how long to stay with it", async () => {
    expect(await headersOf("https://shop.example/api/x")).toEqual([
      ["Strict-Transport-Security", "max-age=86400; includeSubDomains; preload"],
    ]);
    expect(await headersOf("https://shop.example/", { includeSubDomains: false, preload: false })).toEqual([
      ["Strict-Transport-Security", "max-age=86400"],
    ]);
  });

  it("is for https only, and not for hosts that are left out", async () => {
    expect(await headersOf("http://shop.example/")).toEqual([]);
    expect(await headersOf("https://internal.example/")).toEqual([]);
  });

  it("is off unless host.json says otherwise", () => {
    expect(withHsts(ok, { ...options, isEnabled: false })).toBe(ok);
  });
});

import { resolveHubName } from "../../src/config/hub-name";

describe("hub name", () => {
  it.each([
    ["my-shop.2", "myshop2"],
    ["1shop", "t1shop"],
    ["ab", "abHub"],
    ["--", "DefaultTaskHub"],
    ["x".repeat(60), "x".repeat(45)],
  ])("is made from the site name %s as %s", (site, hub) => {
    expect(resolveHubName(undefined, { WEBSITE_SITE_NAME: site })).toBe(hub);
  });

  it("defaults to TestHubName [DF85]", () => {
    expect(resolveHubName(undefined, {})).toBe("TestHubName");
  });

  it("has to be given in a deployment slot", () => {
    expect(() => resolveHubName(undefined, { WEBSITE_SLOT_NAME: "staging" })).toThrow(/deployment slot 'staging'/);
    expect(resolveHubName(undefined, { WEBSITE_SLOT_NAME: "Production" })).toBe("TestHubName");
    expect(resolveHubName("Mine", { WEBSITE_SLOT_NAME: "staging" })).toBe("Mine");
  });

  it.each(["", "a b", "../up", "x".repeat(65)])("is refused when it is '%s'", (name) => {
    expect(() => resolveHubName(name, {})).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });
});

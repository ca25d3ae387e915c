import { opens, type KeyScope } from "../../src/keys/check-key";
import type { HostKeys } from "../../src/keys/host-keys";

const keys: HostKeys = {
  master: "the-master",
  functions: new Map([["default", "any-function"]]),
  systems: new Map([["durabletask_extension", "webhooks"]]),
  perFunction: new Map([["hello", new Map([["mine", "hello-only"]])]]),
};
const admin: KeyScope = { type: "admin" };
const webhook: KeyScope = { type: "webhook", systemKey: "durabletask_extension" };
const hello: KeyScope = { type: "function", name: "Hello" };
const other: KeyScope = { type: "function", name: "other" };

describe("a key", () => {
  it.each([
    ["the-master", [admin, webhook, hello, other]],
    ["any-function", [hello, other]],
    ["hello-only", [hello]],
    ["webhooks", [webhook]],
    ["the-master2", []],
    ["", []],
  ])("%j opens what it is for and nothing else [FH46]", (key, opened) => {
    expect([admin, webhook, hello, other].filter((scope) => opens(keys, key, scope))).toEqual(opened);
  });

  it("of another extension does not open the webhooks", () => {
    expect(opens(keys, "webhooks", { type: "webhook", systemKey: "eventgrid_extension" })).toBe(false);
  });
});

import { createRouteTable, type HttpFunction, type RouteTable } from "../../src/http/route-table";

function table(...functions: HttpFunction[]): RouteTable {
  return createRouteTable(functions, "api");
}

/** Matches a path against the only route of a table without a prefix. */
function values(route: string, path: string): unknown {
  return createRouteTable([{ name: "f", route }], "").match("GET", path)?.params;
}

describe("route templates", () => {
  it.each([
    ["plain", "/plain", {}],
    ["Plain/Text", "/plain/TEXT", {}],
    ["plain", "/plain/", {}],
    ["plain", "/other", undefined],
    ["plain", "/plain/more", undefined],
    ["a%20b", "/a%2520b", {}],
    ["items/{id}", "/items/AbC", { id: "AbC" }],
    ["items/{id}", "/items/a%20b%C3%A4", { id: "a bä" }],
    ["items/{id}", "/items/%E0%A4%A", { id: "%E0%A4%A" }],
    ["items/{id}", "/items", undefined],
    ["items/{id}", "/items//", undefined],
    ["items/{id?}", "/items", {}],
    ["items/{id?}", "/items/7", { id: "7" }],
    ["items/{id=all}", "/items", { id: "all" }],
    ["items/{id=all}/{page:int=1}", "/items", { id: "all", page: "1" }],
    ["items/{id:int?}", "/items", {}],
    ["items/{id:int?}", "/items/x", undefined],
    ["files/{*rest}", "/files/a/b/c.txt", { rest: "a/b/c.txt" }],
    ["files/{**rest}", "/files/a/b", { rest: "a/b" }],
    ["files/{*rest}", "/files", {}],
    ["files/{*rest=index.html}", "/files", { rest: "index.html" }],
    ["{name}.{ext}", "/archive.tar.gz", { name: "archive.tar", ext: "gz" }],
    ["{name}.{ext?}", "/readme", { name: "readme" }],
    ["{name}.{ext?}", "/readme.md", { name: "readme", ext: "md" }],
    ["v{version:int}/x", "/V12/x", { version: "12" }],
    ["v{version:int}/x", "/vx/x", undefined],
    ["{{literal}}", "/%7Bliteral%7D", {}],
  ])("%s on %s [FH30, FH31, FH32]", (route, path, expected) => {
    expect(values(route, path)).toEqual(expected);
  });

  it.each([
    ["int", "42", true],
    ["int", "-1", true],
    ["int", "2147483647", true],
    ["int", "2147483648", false],
    ["int", "4.2", false],
    ["int", "abc", false],
    ["long", "9223372036854775807", true],
    ["long", "9223372036854775808", false],
    ["bool", "True", true],
    ["bool", "1", false],
    ["guid", "0f8fad5b-d9cb-469f-a165-70867728950e", true],
    ["guid", "0f8fad5bd9cb469fa16570867728950e", true],
    ["guid", "0f8fad5b-d9cb", false],
    ["alpha", "Abc", true],
    ["alpha", "a1", false],
    ["decimal", "1.5", true],
    ["decimal", "1e5", false],
    ["double", "1e5", true],
    ["float", "x", false],
    ["datetime", "2026-01-31", true],
    ["datetime", "2026-01-31T10:00:00Z", true],
    ["datetime", "tomorrow", false],
    ["length(3)", "abc", true],
    ["length(3)", "ab", false],
    ["length(2,4)", "abcd", true],
    ["length(2,4)", "abcde", false],
    ["minlength(2)", "a", false],
    ["maxlength(2)", "abc", false],
    ["min(18)", "18", true],
    ["min(18)", "17", false],
    ["max(5)", "6", false],
    ["range(1,9)", "9", true],
    ["range(1,9)", "10", false],
    ["range(1,9)", "x", false],
    ["int:min(1)", "0", false],
    ["int:min(1)", "1", true],
    ["regex(^\\d{{3}}-[a-z]$)", "123-A", true],
    ["regex(^\\d{{3}}-[a-z]$)", "12-a", false],
    ["required", "x", true],
  ])("{v:%s} takes %s: %s [FH29]", (constraint, value, expected) => {
    expect(values(`{v:${constraint}}`, `/${encodeURIComponent(value)}`) !== undefined).toBe(expected);
  });

  it.each([
    ["items/{id", /no closing brace/],
    ["items/id}", /without an opening one/],
    ["items/{}", /names no parameter/],
    ["{a}/{A}", /appears twice/],
    ["{*rest}/more", /must be last/],
    ["x{*rest}", /must stand alone/],
    ["{a}{b}", /need a literal between/],
    ["{a?}-{b}", /optional parameter/],
    ["{a?=1}", /cannot be understood|optional and have a default/],
    ["a//b", /empty segment/],
    ["{id:number}", /"number" is no constraint/],
    ["{id:range(a,b)}", /no constraint/],
    ["{id:regex(()}", /no constraint|no closing brace/],
  ])("the invalid template %s is rejected with its reason", (route, reason) => {
    const { rejected, routes } = createRouteTable([{ name: "f", route }], "");
    expect(rejected).toEqual([{ name: "f", reason: expect.stringMatching(reason) }]);
    expect(routes).toEqual([]);
  });
});

describe("the route table", () => {
  it("serves a function without a route under the prefix and its name [FH28]", () => {
    expect(table({ name: "Hello" }).match("GET", "/api/hello")?.functionName).toBe("Hello");
    expect(table({ name: "Hello", route: " " }).match("GET", "/api/hello")?.functionName).toBe("Hello");
  });

  it("honours an empty and a longer prefix [FH28]", () => {
    expect(createRouteTable([{ name: "a" }], "").match("GET", "/a")).toBeDefined();
    expect(createRouteTable([{ name: "a" }], "v1/x/").match("GET", "/v1/x/a")).toBeDefined();
    expect(createRouteTable([{ name: "a" }], "v1").match("GET", "/a")).toBeUndefined();
  });

  it("takes exactly the methods listed [FH34]", () => {
    const routes = table({ name: "a", methods: ["get", "POST"] });
    expect(routes.match("GET", "/api/a")).toBeDefined();
    expect(routes.match("POST", "/api/a")).toBeDefined();
    expect(routes.match("HEAD", "/api/a")).toBeUndefined();
    expect(routes.match("OPTIONS", "/api/a")).toBeUndefined();
  });

  it("takes any method when none is listed", () => {
    expect(table({ name: "a", methods: [] }).match("PATCH", "/api/a")).toBeDefined();
  });

  it("chooses among functions of one route by method", () => {
    const routes = table(
      { name: "read", route: "x", methods: ["GET"] },
      { name: "write", route: "x", methods: ["PUT"] },
    );
    expect(routes.match("PUT", "/api/x")?.functionName).toBe("write");
  });

  it.each([
    ["/api/items/special", "literal"],
    ["/api/items/7", "constrained"],
    ["/api/items/other", "plain"],
    ["/api/items/a/b", "rest"],
    ["/api/items", "rest"],
  ])("gives %s to the most specific route, %s [FH33]", (path, expected) => {
    const routes = table(
      { name: "rest", route: "items/{*rest}" },
      { name: "plain", route: "items/{id}" },
      { name: "constrained", route: "items/{id:int}" },
      { name: "literal", route: "items/special" },
    );
    expect(routes.match("GET", path)?.functionName).toBe(expected);
  });

  it("falls back to a more general route when a constraint or the method refuses", () => {
    const routes = table(
      { name: "a", route: "x/{id:int}", methods: ["POST"] },
      { name: "b", route: "x/{id}", methods: ["GET"] },
    );
    expect(routes.match("GET", "/api/x/1")?.functionName).toBe("b");
  });

  it("asks equally specific routes by name", () => {
    const routes = table({ name: "beta", route: "x/{a}" }, { name: "Alpha", route: "x/{b}" });
    expect(routes.match("GET", "/api/x/1")?.functionName).toBe("Alpha");
    expect(routes.warnings).toEqual([]);
  });

  it("warns where the official host, which goes by name, would run another function", () => {
    const routes = table({ name: "byId", route: "items/{id}" }, { name: "special", route: "items/special" });
    expect(routes.warnings).toEqual([expect.stringMatching(/runs function "special".*official.*runs "byId"/)]);
  });

  it("does not warn where names, methods or paths keep the two apart", () => {
    expect(table({ name: "a", route: "items/special" }, { name: "b", route: "items/{id}" }).warnings).toEqual([]);
    expect(
      table({ name: "a", route: "i/{id}", methods: ["GET"] }, { name: "b", route: "i/x", methods: ["PUT"] }).warnings,
    ).toEqual([]);
    expect(table({ name: "a", route: "i/{id:int}" }, { name: "b", route: "i/x" }).warnings).toEqual([]);
    expect(table({ name: "a", route: "i/{id}" }, { name: "b", route: "i/x/y" }).warnings).toEqual([]);
  });

  it("rejects the second of two functions with the same route and a common method", () => {
    const routes = table(
      { name: "a", route: "x", methods: ["GET"] },
      { name: "b", route: "X", methods: ["GET", "PUT"] },
    );
    expect(routes.rejected).toEqual([{ name: "b", reason: expect.stringContaining('function "a"') }]);
  });

  it.each(["admin/x", "/Admin", "runtime/webhooks/y"])("rejects the host's own route %s", (route) => {
    expect(table({ name: "f", route }).rejected).toEqual([
      { name: "f", reason: expect.stringContaining("host's own") },
    ]);
  });
});

import { functionList, type ListedFunction } from "../../src/start/function-list";

function aFunction(name: string, type: string, more: object = {}, disabled = false): ListedFunction {
  return { name, trigger: { type, ...more }, disabled };
}

describe("function list", () => {
  it("shows HTTP functions with methods and URL first, then the others, each in order of name", () => {
    const functions = [
      aFunction("report", "timerTrigger"),
      aFunction("start", "httpTrigger", { methods: ["post"], route: "orchestrators/{functionName}" }),
      aFunction("Hello", "httpTrigger", { methods: ["GET", "POST"] }),
      aFunction("activity", "activityTrigger"),
    ];
    expect(functionList(functions, { origin: "http://localhost:7071", routePrefix: "api" })).toEqual([
      "",
      "Functions:",
      "",
      "\tHello: [GET,POST] http://localhost:7071/api/Hello",
      "",
      "\tstart: [POST] http://localhost:7071/api/orchestrators/{functionName}",
      "",
      "\tactivity: activityTrigger",
      "",
      "\treport: timerTrigger",
      "",
    ]);
  });

  it("says which are disabled", () => {
    const lines = functionList([aFunction("off", "queueTrigger", {}, true)], { origin: "x", routePrefix: "" });
    expect(lines.at(-1)).toBe("Function off is disabled.");
  });

  it.each([
    ["", "http://h/items/{id}"],
    ["/v1/", "http://h/v1/items/{id}"],
  ])("builds URLs with the prefix '%s'", (routePrefix, url) => {
    const functions = [aFunction("items", "httpTrigger", { methods: ["GET"], route: "/items/{id}" })];
    expect(functionList(functions, { origin: "http://h", routePrefix }).join("\n")).toContain(`items: [GET] ${url}`);
  });
});

import { createColors } from "picocolors";
import { functionList, type ListedFunction } from "../../src/start/function-list";

function aFunction(name: string, type: string, more: object = {}, disabled = false): ListedFunction {
  return { name, trigger: { type, ...more }, disabled };
}

const PLAIN = createColors(false);

describe("function list", () => {
  it("shows HTTP functions with methods and URL first, then the others, each in order of name [FH75]", () => {
    const functions = [
      aFunction("report", "timerTrigger"),
      aFunction("start", "httpTrigger", { methods: ["post"], route: "orchestrators/{functionName}" }),
      aFunction("Hello", "httpTrigger", { methods: ["GET", "POST"] }),
      aFunction("activity", "activityTrigger"),
    ];
    expect(functionList(functions, { origin: "http://localhost:7071", routePrefix: "api" }, PLAIN)).toEqual([
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

  it("says which are disabled [FH71]", () => {
    const lines = functionList([aFunction("off", "queueTrigger", {}, true)], { origin: "x", routePrefix: "" }, PLAIN);
    expect(lines.at(-1)).toBe("Function off is disabled.");
  });

  it.each([
    ["", "http://h/items/{id}"],
    ["/v1/", "http://h/v1/items/{id}"],
  ])("builds URLs with the prefix '%s'", (routePrefix, url) => {
    const functions = [aFunction("items", "httpTrigger", { methods: ["GET"], route: "/items/{id}" })];
    expect(functionList(functions, { origin: "http://h", routePrefix }, PLAIN).join("\n")).toContain(
      `items: [GET] ${url}`,
    );
  });

  it("has names and URLs in colours for a terminal", () => {
    const functions = [aFunction("hello", "httpTrigger", { methods: ["GET"] })];
    const [, , , line] = functionList(functions, { origin: "http://h", routePrefix: "" }, createColors(true));
    expect(line).toBe("\t\u001b[33mhello\u001b[39m: \u001b[32m[GET] http://h/hello\u001b[39m");
  });
});

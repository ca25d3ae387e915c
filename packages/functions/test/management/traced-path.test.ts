import { splitTracedPath, tracedBase } from "../../src/management/traced-path";

const BASE = "http://127.0.0.1:9/durabletask/";
const TRACE_PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

describe("the base URL of a traced run's client", () => {
  it("names the run, and the path of a request names it back", () => {
    const url = new URL("orchestrators/hello?x=1", tracedBase(BASE, TRACE_PARENT));
    expect(splitTracedPath(url.pathname.slice("/durabletask/".length))).toEqual({
      path: "orchestrators/hello",
      traceParent: TRACE_PARENT,
    });
  });

  it("is the plain one for a context that is none", () => {
    expect(tracedBase(BASE, "")).toBe(BASE);
    expect(tracedBase(BASE, "../../evil")).toBe(BASE);
  });

  it.each(["orchestrators/trace/x", "trace/", "trace/00-short/instances", "instances/trace"])(
    "leaves the path %s as it is",
    (path) => expect(splitTracedPath(path)).toEqual({ path }),
  );
});

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { copyPackage, runActivity, useAppHosts } from "../fixtures/app-hosts";

const ACTIVITY = (name: string, value = '"ran"'): string =>
  `require("durable-functions").app.activity(${JSON.stringify(name)}, { handler: () => ${value} });`;

describe("loading an app", () => {
  const hosts = useAppHosts();

  const load = async (files: Readonly<Record<string, string>>, settings: Record<string, string> = {}) =>
    hosts.start({ appRoot: await hosts.writeApp(files), settings });

  const failToLoad = async (files: Readonly<Record<string, string>>): Promise<Error> => {
    const { host } = hosts.create({ appRoot: await hosts.writeApp(files) });
    const error: unknown = await host.start().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(host.workerPids()).toEqual([]);
    if (!(error instanceof Error)) throw new Error("The app has loaded.");
    return error;
  };

  it("loads each file a glob matches, a folder's own files before those below [FH1]", async () => {
    const order = (name: string): string => `(globalThis.order ??= []).push("${name}");`;
    const { host } = await load({
      "package.json": '{"main": "src/{index.js,functions/*.js}"}',
      "src/index.js": order("index") + ACTIVITY("first"),
      "src/functions/b.js": order("b") + ACTIVITY("order", "globalThis.order"),
      "src/functions/a.js": order("a") + ACTIVITY("second") + ACTIVITY("third"),
    });
    expect(host.functions.map(({ name }) => name)).toEqual(["first", "second", "third", "order"]);
    await expect(runActivity(host, "order")).resolves.toMatchObject({ result: '["index","a","b"]' });
  });

  it("awaits an ES module's top level before the next file [FH2, FH3]", async () => {
    const { host } = await load({
      "package.json": '{"main": "*.{mjs,cjs}", "type": "module"}',
      "a.mjs": "await new Promise((resolve) => setTimeout(resolve, 20)); globalThis.first = 'a';",
      "b.cjs": ACTIVITY("first", "globalThis.first"),
    });
    await expect(runActivity(host, "first")).resolves.toMatchObject({ result: '"a"' });
  });

  it("loads .js files as the package's type says", async () => {
    const { host } = await load({
      "package.json": '{"main": "app.js", "type": "module"}',
      "app.js": `import * as df from "durable-functions"; df.app.activity("esm", { handler: () => import.meta.url.length > 0 });`,
    });
    await expect(runActivity(host, "esm")).resolves.toMatchObject({ result: "true" });
  });

  it("resolves the core module for an ES module that imports it by name [FH10]", async () => {
    const { host } = await load({
      "package.json": '{"main": "app.mjs"}',
      "app.mjs": `
        import { registerHook, version } from "@azure/functions-core";
        import core from "@azure/functions-core";
        import * as df from "durable-functions";
        df.app.activity("core", { handler: () => [typeof registerHook, version, core.hostVersion] });`,
    });
    await expect(runActivity(host, "core")).resolves.toMatchObject({
      result: expect.stringMatching(/^\["function","3\..*","4\./),
    });
  });

  it("registers under a loader that supplies the source of CommonJS modules itself [FH9]", async () => {
    const appRoot = await hosts.writeApp({
      "package.json": '{"main": "app.mjs"}',
      "register.mjs": 'import { register } from "node:module"; register("./loader.mjs", import.meta.url);',
      "loader.mjs": `
        import { readFile } from "node:fs/promises";
        export async function load(url, context, next) {
          const loaded = await next(url, context);
          if (loaded.format !== "commonjs") return loaded;
          return { ...loaded, source: await readFile(new URL(url)) };
        }`,
      "app.mjs": 'import { app } from "@azure/functions"; app.get("one", () => ({ body: "1" }));',
    });
    const { host } = await hosts.start({
      appRoot,
      workerArguments: [`--import=${path.join(appRoot, "register.mjs")}`],
    });
    expect(host.functions.map(({ name }) => name)).toEqual(["one"]);
  });

  it("registers the functions of several copies of @azure/functions [FH8]", async () => {
    const appRoot = await hosts.writeApp({
      "package.json": '{"main": "app.js"}',
      "app.js": `
        require("@azure/functions").app.get("one", () => ({ body: "1" }));
        require("./inner/index.js");`,
      "inner/index.js": `require("@azure/functions").app.get("two", () => ({ body: "2" }));`,
    });
    const modules = path.join(appRoot, "inner", "node_modules");
    await mkdir(path.join(modules, "@azure"), { recursive: true });
    await copyPackage("@azure/functions", path.join(modules, "@azure", "functions"));
    for (const name of ["cookie", "@azure/functions-extensions-base"])
      await copyPackage(name, path.join(modules, name));
    const { host } = await hosts.start({ appRoot });
    expect(host.functions.map(({ name }) => name)).toEqual(["one", "two"]);
    await expect(
      host.invoke("one", { triggerData: { http: { method: "GET", url: "http://h/" } } }),
    ).resolves.toMatchObject({
      returnValue: { http: { statusCode: "200" } },
    });
  });

  it("runs in the app's folder with the settings in the environment, before anything loads [FH19]", async () => {
    const files = {
      "package.json": '{"main": "app.js"}',
      "app.js": `const seen = [process.cwd(), process.env.MY_SETTING, process.env.TZ]; ${ACTIVITY("seen", "seen")}`,
    };
    const appRoot = await hosts.writeApp(files);
    const { host } = await hosts.start({ appRoot, settings: { MY_SETTING: "42", TZ: "Asia/Tokyo" } });
    await expect(runActivity(host, "seen")).resolves.toMatchObject({
      result: JSON.stringify([appRoot, "42", "Asia/Tokyo"]),
    });
  });

  it("passes Node flags to the worker", async () => {
    const appRoot = await hosts.writeApp({
      "package.json": '{"main": "app.js"}',
      "app.js": ACTIVITY("flags", "process.execArgv"),
    });
    const { host } = await hosts.start({ appRoot, workerArguments: ["--max-old-space-size=99"] });
    await expect(runActivity(host, "flags")).resolves.toMatchObject({ result: '["--max-old-space-size=99"]' });
  });

  it("names the pattern that matches nothing [FH5]", async () => {
    const error = await failToLoad({ "package.json": '{"main": "src/functions/*.js"}' });
    expect(error).toMatchObject({
      code: "APP_LOAD_FAILED",
      message: expect.stringContaining(
        'Worker was unable to load entry point "src/functions/*.js": Found zero files matching the supplied pattern',
      ),
    });
  });

  it("names the file that does not exist", async () => {
    const error = await failToLoad({ "package.json": '{"main": "index.js"}' });
    expect(error.message).toContain('entry point "index.js": File does not exist. Learn more here: https://aka.ms/');
  });

  it("shows file, cause, stack and what was registered before when an entry file throws [FH6, FH7]", async () => {
    const error = await failToLoad({
      "package.json": '{"main": "{a,b}.js"}',
      "a.js": ACTIVITY("early"),
      "b.js": 'function boot() {\n  throw new Error("no database");\n}\nboot();',
    });
    expect(error.message).toContain('Worker was unable to load entry point "b.js": no database');
    expect(error.message).toContain("Registered before the failure, and not run either: early.");
    expect(error.message).toMatch(/at boot \(.*b\.js:2:9\)/);
  });

  it("shows the place of a syntax error", async () => {
    const error = await failToLoad({ "package.json": '{"main": "app.js"}', "app.js": "const a = 1;\nconst = 2;" });
    expect(error.message).toContain("Unexpected token");
    expect(error.message).toMatch(/app\.js:2/);
  });

  it("reports an ES module whose top level rejects", async () => {
    const error = await failToLoad({
      "package.json": '{"main": "app.mjs"}',
      "app.mjs": "await Promise.reject(new Error('later'));",
    });
    expect(error.message).toContain('entry point "app.mjs": later');
  });

  it("reports something thrown that is no error", async () => {
    const error = await failToLoad({ "package.json": '{"main": "app.js"}', "app.js": 'throw "text";' });
    expect(error.message).toContain('entry point "app.js": text');
  });

  it("refuses a second function of the same name and says which [FH12]", async () => {
    const error = await failToLoad({
      "package.json": '{"main": "app.js"}',
      "app.js": ACTIVITY("twice") + ACTIVITY("twice"),
    });
    expect(error.message).toContain('A function with id "twice" has already been registered.');
  });

  it("says what ended a worker that ends while it loads", async () => {
    const error = await failToLoad({ "package.json": '{"main": "app.js"}', "app.js": "process.exit(7);" });
    expect(error).toMatchObject({
      code: "APP_LOAD_FAILED",
      message: expect.stringMatching(/ended while loading the app: exit code 7/),
    });
  });

  it("drops functions whose names are not allowed and runs the others", async () => {
    const { host, log } = await load({
      "package.json": '{"main": "app.js"}',
      "app.js": `${ACTIVITY("1st")}${ACTIVITY("host")}${ACTIVITY("good")}${ACTIVITY("GOOD")}
        require("@azure/functions").app.generic("badBinding", { trigger: { type: "timer", name: "not-allowed" }, handler: () => 1 });`,
    });
    expect(host.functions.map(({ name }) => name)).toEqual(["good"]);
    const errors = log.records.filter(({ level }) => level === "error").map(({ message }) => message);
    expect(errors).toEqual([
      expect.stringContaining('"1st" is not run'),
      expect.stringContaining('"host" is not run'),
      expect.stringMatching(/"GOOD" is not run: Its name differs from "good" only in case/),
      expect.stringMatching(/"badBinding" is not run: The binding name "not-allowed" is not allowed/),
    ]);
  });

  it("rejects a function that asks for an SDK client by name", async () => {
    const { host, log } = await load({
      "package.json": '{"main": "app.js"}',
      "app.js": `require("@azure/functions").app.storageBlob("blob", { path: "c/{n}", connection: "C", sdkBinding: true, handler: () => 1 });`,
    });
    expect(host.functions).toEqual([]);
    expect(log.records).toContainEqual(
      expect.objectContaining({ level: "error", message: expect.stringMatching(/"blob".*sdkBinding/) }),
    );
  });

  it("says what is missing when package.json has no main or is broken", async () => {
    const { host, log } = await load({ "package.json": "{}" });
    expect(host.functions).toEqual([]);
    expect(log.records[0]).toMatchObject({ level: "warn", message: expect.stringContaining('has no "main"') });

    const broken = await load({ "package.json": "{" });
    expect(broken.log.records[0]).toMatchObject({ level: "warn", message: expect.stringContaining("package.json") });
  });

  it("runs appStart hooks before it reports, also after an entry file has failed [FH13]", async () => {
    const hook = `require("@azure/functions").app.hook.appStart((context) => { globalThis.started = typeof context.hookData; console.error("hook ran"); });`;
    const { host } = await load({
      "package.json": '{"main": "app.js"}',
      "app.js": hook + ACTIVITY("started", "globalThis.started"),
    });
    await expect(runActivity(host, "started")).resolves.toMatchObject({ result: '"object"' });

    const failing = hosts.create({
      appRoot: await hosts.writeApp({
        "package.json": '{"main": "{a,b}.js"}',
        "a.js": hook,
        "b.js": "throw new Error('b');",
      }),
    });
    await expect(failing.host.start()).rejects.toThrow('entry point "b.js": b');
    await failing.log.waitFor("hook ran");
  });

  it("fails to load when an appStart hook throws", async () => {
    const error = await failToLoad({
      "package.json": '{"main": "app.js"}',
      "app.js": `require("@azure/functions").app.hook.appStart(() => { throw new Error("hook failed"); });`,
    });
    expect(error.message).toContain("hook failed");
  });

  it("refuses to register once startup is over [FH11]", async () => {
    const late = `try { require("durable-functions").app.activity("late", { handler: () => 1 }); return "registered"; } catch (error) { return error.message; }`;
    const { host } = await load({
      "package.json": '{"main": "app.js"}',
      "app.js": `require("durable-functions").app.activity("tryLate", { handler: () => { ${late} } });`,
    });
    await expect(runActivity(host, "tryLate")).resolves.toMatchObject({
      result: expect.stringContaining("during app startup"),
    });
  });

  it("lists a function as disabled by setting or allow-list, without knowing it any more", async () => {
    const files = {
      "package.json": '{"main": "app.js"}',
      "app.js": ["a", "b", "c"].map((name) => ACTIVITY(name)).join(""),
    };
    const { host } = await hosts.start({
      appRoot: await hosts.writeApp(files),
      settings: { "AzureWebJobs.A.Disabled": "true" },
      hostJson: { functions: ["A", "b"] },
    });
    expect(host.functions.map(({ name, disabled }) => [name, disabled])).toEqual([
      ["a", true],
      ["b", false],
      ["c", true],
    ]);
    expect(host.executor.names("activity")).toEqual(["b"]);
    expect(host.executor.knows("activity", "B")).toBe(true);
    expect(host.executor.knows("activity", "A")).toBe(false);
  });

  it("removes a registration that is disposed before the lock", async () => {
    const { host } = await load({
      "package.json": '{"main": "app.mjs"}',
      "app.mjs": `
        import { registerFunction } from "@azure/functions-core";
        const bindings = { timer: { type: "timerTrigger", direction: "in" } };
        registerFunction({ name: "gone", bindings }, () => 1).dispose();
        registerFunction({ name: "kept", bindings }, () => 1);`,
    });
    expect(host.functions.map(({ name }) => name)).toEqual(["kept"]);
  });
});

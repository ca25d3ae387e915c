import { loadLine } from "../new/source-file";
import { HOST_VERSION } from "../version";
import { dockerFiles } from "./docker-files";
import { VERSIONS, type Project } from "./project";

/** The files of a new app, contents by path with `/`. */
export function projectFiles(project: Project): Readonly<Record<string, string>> {
  const isTypeScript = project.language === "typescript";
  return {
    "host.json": json(hostJson(project)),
    "local.settings.json": json({
      IsEncrypted: false,
      Values: { FUNCTIONS_WORKER_RUNTIME: "node", AzureWebJobsStorage: "UseDevelopmentStorage=true" },
    }),
    "package.json": json(manifest(project)),
    ...(isTypeScript && { "tsconfig.json": json(TS_CONFIG) }),
    [isTypeScript ? "src/index.ts" : "src/index.js"]: entryFile(isTypeScript),
    ".funcignore": lines(...NOT_DEPLOYED, ...(isTypeScript ? ["*.ts", "*.js.map", "tsconfig.json"] : [])),
    ".gitignore": lines("node_modules/", "dist/", ".durable/", "local.settings.json", "__*db_*__*.json", "*.log"),
    ".vscode/extensions.json": json({ recommendations: ["ms-azuretools.vscode-azurefunctions"] }),
    ".vscode/launch.json": json(ATTACH),
    ...(project.docker && dockerFiles()),
  };
}

const NOT_DEPLOYED = [
  ".durable",
  ".git*",
  ".vscode",
  "Dockerfile",
  "__*db_*__*.json",
  "local.settings.json",
  "node_modules/durable-host",
  "test",
];

const TS_CONFIG = {
  compilerOptions: {
    target: "es2022",
    module: "node16",
    moduleResolution: "node16",
    outDir: "dist",
    rootDir: ".",
    sourceMap: true,
    strict: true,
    skipLibCheck: true,
    types: ["node"],
  },
  include: ["src/**/*.ts"],
};

/** `restart` lets the debugger come back by itself after each reload of the app. */
const ATTACH = {
  version: "0.2.0",
  configurations: [
    {
      name: "Attach to the app (durable-host start --watch --inspect)",
      type: "node",
      request: "attach",
      port: 9229,
      restart: true,
    },
  ],
};

function hostJson({ bundles }: Project): object {
  const logging = { applicationInsights: { samplingSettings: { isEnabled: true, excludedTypes: "Request" } } };
  if (bundles === undefined) return { version: "2.0", logging };
  const channel = bundles === "GA" ? "" : `.${bundles}`;
  const id = `Microsoft.Azure.Functions.ExtensionBundle${channel}`;
  return { version: "2.0", logging, extensionBundle: { id, version: "[4.*, 5.0.0)" } };
}

function manifest({ name, language }: Project): object {
  const { "@azure/functions": functions, "durable-functions": durable, ...tools } = VERSIONS;
  const isTypeScript = language === "typescript";
  return {
    name,
    version: "1.0.0",
    private: true,
    main: `${isTypeScript ? "dist/" : ""}src/{index.js,functions/*.js}`,
    scripts: {
      ...(isTypeScript && {
        build: "tsc",
        watch: "tsc -w",
        prestart: "npm run build",
        "prestart:func": "npm run build",
      }),
      start: "durable-host start",
      dev: "durable-host start --watch",
      "start:func": "func start",
    },
    dependencies: { "@azure/functions": functions, "durable-functions": durable, "durable-host": `^${HOST_VERSION}` },
    ...(isTypeScript && { devDependencies: tools }),
  };
}

function entryFile(isTypeScript: boolean): string {
  return `${loadLine("app", isTypeScript ? "import" : "require")}

// Request and response bodies are streamed instead of gathered. The functions are in functions/.
app.setup({ enableHttpStream: true });
`;
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function lines(...list: readonly string[]): string {
  return `${list.join("\n")}\n`;
}

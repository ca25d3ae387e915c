import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import { createHostEndpoints } from "../packages/cli/src/server/host-endpoints";
import { APP_SETTINGS } from "../packages/functions/src/config/setting-table";
import { parseConnectionString } from "../packages/mssql/src/connection/parse-connection-string";
import { readDockerfile } from "./e2e/container/dockerfile";

const ROOT = resolve(__dirname, "..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

interface Container {
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env: readonly { readonly name: string }[];
  readonly securityContext: object;
  readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly volumeMounts: readonly { readonly mountPath: string }[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly stringData?: object;
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext: { readonly runAsUser: number };
        readonly containers: readonly [Container];
      };
    };
    readonly triggers: readonly { readonly metadata: { readonly query: string } }[];
  };
}

const manifests = readdirSync(join(ROOT, "deploy/kubernetes")).flatMap((file) =>
  parseAllDocuments(read(`deploy/kubernetes/${file}`)).map((document) => document.toJS() as Manifest),
);
const manifest = (kind: string): Manifest => {
  const found = manifests.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`There is no ${kind} in deploy/kubernetes.`);
  return found;
};

const image = readDockerfile(join(ROOT, "deploy/Dockerfile"));
const pod = manifest("Deployment").spec.template.spec;
const [container] = pod.containers;
const bicep = read("deploy/azure/resources.bicep");
const hostJson = JSON.parse(read("host.json")) as {
  readonly extensions: {
    readonly durableTask: {
      readonly hubName: string;
      readonly storageProvider: { readonly connectionStringName: string };
    };
  };
};
const { hubName, storageProvider } = hostJson.extensions.durableTask;

/** All first groups of a pattern. */
const all = (pattern: RegExp, text: string): string[] => [...text.matchAll(pattern)].map(([, found = ""]) => found);

describe.each([
  ["Kubernetes", JSON.stringify(manifests).replaceAll('"', "'")],
  ["Azure Container Apps", bicep.replaceAll("\\'", "'").replaceAll("${taskHub}", hubName)],
])("the deployment to %s", (platform, text) => {
  it("probes what the host answers, with and without its store", async () => {
    const paths = all(/'?path'?: ?'(\/[^']+)'/g, text);
    const endpoints = createHostEndpoints({
      state: () => "Running",
      isStoreReachable: () => false,
      isDraining: () => false,
      routes: [],
    });
    const statuses = await Promise.all(
      paths.map(async (path) => {
        const url = new URL(path, "http://localhost");
        const answer = await endpoints({ method: "GET", url, headers: [] } as never);
        return [path, answer?.status];
      }),
    );

    expect(statuses).toEqual([
      ["/runtime/health/live", 200],
      ["/runtime/health/live", 200],
      ["/runtime/health/ready", 503],
    ]);
  });

  it("sets only variables that somebody reads", () => {
    const names =
      platform === "Kubernetes"
        ? container.env.map(({ name }) => name)
        : all(/name: '([A-Za-z_]+)'\n\s+(?:value|secretRef):/g, text);
    // The last two are read by the libraries for telemetry and for Microsoft Entra ID.
    const known = [
      ...Object.keys(APP_SETTINGS),
      ...[storageProvider.connectionStringName, "APPLICATIONINSIGHTS_CONNECTION_STRING", "AZURE_CLIENT_ID"],
    ];

    expect(names).toContain(storageProvider.connectionStringName);
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  it("asks for the scale of the app's task hub, by a function that the set-up makes", () => {
    const [query = ""] = all(/(SELECT dt_host\.\w+\([^)]*\))/g, text);
    const [, name = "", hub = "", numbers = ""] = /^SELECT dt_host\.(\w+)\('(\w+)'((?:, \d+)*)\)$/.exec(query) ?? [];
    const sql = read("packages/mssql/sql/host/functions.sql");
    const [parameters = ""] = all(/FUNCTION \{\{schema\}\}_host\.(GetScaleRecommendation\([^]*?)RETURNS/g, sql);

    expect(parameters.startsWith(`${name}(`)).toBe(true);
    expect(hub).toBe(hubName);
    expect(all(/(@\w+)/g, parameters)).toHaveLength(numbers.split(",").length);
  });

  it("gives the host longer to end than it takes", () => {
    const [grace = ""] = all(/const GRACE_MS = ([\d_]+);/g, read("packages/cli/src/start/run-start.ts"));
    const [period = "0"] = all(/terminationGracePeriodSeconds'?: ?(\d+)/g, text);
    const before = platform === "Kubernetes" ? container.lifecycle.preStop.sleep.seconds : 0;

    expect(Number(period)).toBeGreaterThanOrEqual(before + Number(grace.replaceAll("_", "")) / 1000 + 10);
  });
});

describe("the image and who runs it", () => {
  it("agree on the port", () => {
    const port = Number(image.environment["ASPNETCORE_URLS"]?.replace("http://+:", ""));
    expect(container.ports).toEqual([{ name: "http", containerPort: port }]);
    expect(all(/^var port = (\d+)$/gm, bicep)).toEqual([String(port)]);
  });

  it("agree on a user without rights and on a file system that is not written to [FH81]", () => {
    expect(image.user).toBe(`${pod.securityContext.runAsUser}:${pod.securityContext.runAsUser}`);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toContain(image.volume);
  });

  it("name the keys of one secret", () => {
    const used = all(/"(?:name":"orders","key|key)":"([^"]+)"/g, JSON.stringify(manifests));
    expect([...new Set(used)].sort()).toEqual(Object.keys(manifest("Secret").stringData ?? {}).sort());
  });

  it("are the same where an app has an image of its own", () => {
    const own = readDockerfile(join(ROOT, "packages/cli/templates/docker/Dockerfile"));
    const [program, , ...rest] = image.command;
    expect({ ...own, command: [] }).toEqual({ ...image, command: [] });
    expect(own.command).toEqual([
      program,
      `${own.workingDirectory}/node_modules/durable-host/bin/durable-host.js`,
      ...rest,
    ]);
  });

  it("let no settings, state or history into the image: only what is named goes to the builder", () => {
    const lines = read(".dockerignore")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(lines[0]).toBe("*");
    expect(lines.filter((line) => /local\.settings|\.git|\.env/.test(line))).toEqual([]);
  });
});

describe("deploy/azure", () => {
  it("has a value for each parameter without a default, and no other", () => {
    const main = read("deploy/azure/main.bicep");
    const given = Object.keys(
      (JSON.parse(read("deploy/azure/main.parameters.json")) as { parameters: object }).parameters,
    );
    expect(given.sort()).toEqual(all(/^param (\w+) /gm, main).sort());
  });

  it("prepares the database with outputs of the template", () => {
    const script = read("deploy/azure/prepare.sh");
    const outputs = all(/^output (\w+) /gm, read("deploy/azure/main.bicep"));
    const used = all(/"?\$\{?([A-Z][A-Z_]+)/g, script);
    const own = ["APP_USER", "CLIENT_ADDRESS", "SCALER_PASSWORD"];
    expect([...new Set(used)].filter((name) => !outputs.includes(name) && !own.includes(name))).toEqual([]);
  });

  it("logs in with connection strings that the driver understands, as an identity and encrypted", () => {
    const strings = [
      ...all(/'(Server=tcp:[^']+)'/g, bicep),
      ...all(/"(Server=tcp:[^"]+)"/g, read("deploy/azure/prepare.sh")),
    ];
    const parsed = strings.map((text) =>
      parseConnectionString(text.replaceAll(/\$\{[^}]+\}|\$[A-Z_]+/g, "x.example.com")),
    );
    expect(parsed.map(({ authentication }) => authentication.type)).toEqual(["managed-identity", "directory-default"]);
  });
});

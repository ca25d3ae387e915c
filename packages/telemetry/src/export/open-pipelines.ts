import { diag, DiagLogLevel } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { MetricsRegistry } from "../metrics/registry";
import type { AzureOptions } from "./azure-pipeline";
import type * as AzurePipeline from "./azure-pipeline";
import { otlpPipeline, type OtelEnvironment } from "./otlp-pipeline";
import type { Pipeline } from "./pipeline";

export { prometheusText } from "../metrics/prometheus";

/** Where telemetry is to go, and what is said about its origin. */
export interface ExportOptions {
  /** Present: OTLP is exported. The variables decide to where. */
  readonly otlp?: { readonly environment: OtelEnvironment };
  /** Present: Application Insights. */
  readonly azure?: Omit<AzureOptions, "resource" | "warn">;
  /** OpenTelemetry's attributes of the process that telemetry comes from. */
  readonly resource: Readonly<Record<string, string | number>>;
  readonly warn: (message: string) => void;
}

/** The same problem is told of again after this time. */
const TELL_AGAIN_MS = 5 * 60_000;

/** Opens the ways out that are asked for. A problem with one of them is told of and does not keep the host from running. */
export async function openPipelines(options: ExportOptions, registry: MetricsRegistry): Promise<readonly Pipeline[]> {
  const { otlp, azure, warn } = options;
  const tell = tellOfProblems(warn);
  const pipelines: Pipeline[] = [];
  if (otlp) {
    const resource = resourceFromAttributes({ ...options.resource });
    adoptVariables(otlp.environment);
    pipelines.push(await otlpPipeline({ environment: otlp.environment, resource, registry, warn }));
  }
  if (azure) {
    try {
      // Apart from the others: its library takes a tenth of a second.
      const { azurePipeline } = require("./azure-pipeline") as typeof AzurePipeline;
      pipelines.push(azurePipeline({ ...azure, resource: options.resource, warn: tell }));
    } catch (error) {
      warn(`Nothing is sent to Application Insights: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return pipelines;
}

/** The exporters read their variables from the process; local.settings.json may have them, too. */
function adoptVariables(environment: OtelEnvironment): void {
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith("OTEL_") && value !== undefined) process.env[name] ??= value;
  }
}

/** Has problems of OpenTelemetry told; returns what tells of others, which are not told again at once either. */
function tellOfProblems(warn: (message: string) => void): (message: string) => void {
  const told = new Map<string, number>();
  const tell = (message: string, ...details: unknown[]): void => {
    const text = `Telemetry: ${[message, ...details].map((part) => describe(part)).join(" ")}`.slice(0, 500);
    // How many items it was, when, and under which id makes no other problem of it.
    const problem = text.replaceAll(/\b[\da-f-]*\d[\da-f-]*\b/gi, "0");
    const last = told.get(problem);
    if (last !== undefined && performance.now() - last < TELL_AGAIN_MS) return;
    told.set(problem, performance.now());
    warn(text);
  };
  const ignore = (): void => undefined;
  diag.setLogger(
    { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  return tell;
}

function describe(part: unknown): string {
  if (part instanceof Error) return part.message;
  return typeof part === "string" ? part : JSON.stringify(part);
}

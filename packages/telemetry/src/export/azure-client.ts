import { hostname } from "node:os";
import type * as ApplicationInsights from "applicationinsights";
import type { TelemetryClient } from "applicationinsights";
import type * as AzureCredential from "./azure-credential";

export interface AzureConnection {
  readonly connectionString: string;
  /** APPLICATIONINSIGHTS_AUTHENTICATION_STRING; empty: the key in the connection string is enough. */
  readonly authentication: string;
  /** OpenTelemetry's attributes of the process that telemetry comes from. */
  readonly resource: Readonly<Record<string, string | number>>;
}

/**
 * What the package reads while it is loaded: it is not to replace `require` and the console's methods, not to tell Microsoft of
 * its own work, and not to write where the host's log entries go.
 */
const READ_WHILE_LOADING = [
  "APPLICATION_INSIGHTS_NO_DIAGNOSTIC_CHANNEL",
  "APPLICATION_INSIGHTS_NO_STATSBEAT",
  "APPLICATION_INSIGHTS_DISABLE_WARNING_LOGS",
];

/**
 * A client that sends what it is given, and collects nothing by itself.
 * @throws Error if the connection string has no key, or its endpoint is no URL
 */
export function openAzureClient({ connectionString, authentication, resource }: AzureConnection): TelemetryClient {
  const { TelemetryClient: Client } = load();
  const client = new Client(connectionString);
  const { config, context } = client;
  // The client itself would find out in a promise that nobody looks at.
  new URL(config.endpointUrl);
  // Its place for what could not be sent would be the disk, which a container may not have.
  client.channel.setUseDiskRetryCaching(false);
  config.samplingPercentage = 100;
  if (authentication !== "") {
    const { azureCredential } = require("./azure-credential") as typeof AzureCredential;
    config.aadTokenCredential = azureCredential(authentication);
  }
  const { keys, tags } = context;
  tags[keys.cloudRole] = String(resource["service.name"]);
  tags[keys.cloudRoleInstance] = String(resource["service.instance.id"] ?? hostname());
  tags[keys.applicationVersion] = String(resource["service.version"]);
  return client;
}

function load(): typeof ApplicationInsights {
  const before = READ_WHILE_LOADING.map((name) => [name, process.env[name]] as const);
  for (const name of READ_WHILE_LOADING) process.env[name] = "true";
  try {
    return require("applicationinsights") as typeof ApplicationInsights;
  } finally {
    // The app's processes inherit the variables, and may use the package in their own way.
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

import { formatTimeSpan } from "../config/time-span";
import { managementUrls, requiredQuery, type UrlParts } from "./management-urls";

export interface DurableClientInputOptions extends UrlParts {
  /** Base of the loopback listener with a trailing slash; null: the SDK uses the webhook URLs. */
  readonly rpcBaseUrl: string | null;
}

/** Value of a `durableClient` input binding (contract §5.1). */
export interface DurableClientInput {
  readonly taskHubName: string;
  readonly creationUrls: {
    readonly createNewInstancePostUri: string;
    readonly createAndWaitOnNewInstancePostUri: string;
  };
  readonly managementUrls: Readonly<Record<string, string>>;
  readonly baseUrl: string;
  readonly requiredQueryStringParameters: string;
  readonly rpcBaseUrl: string | null;
  readonly httpBaseUrl: null;
}

export interface GrpcClientInputOptions extends DurableClientInputOptions {
  readonly rpcBaseUrl: string;
  /** Largest message that the client takes and sends, in bytes. */
  readonly maxMessageBytes: number;
  /** How long a call of the client may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** Value of a `durableClient` input binding of `durable-functions` v4 (gRPC contract §16.3). */
export interface GrpcClientInput extends Omit<DurableClientInput, "httpBaseUrl"> {
  readonly connectionName: string;
  readonly httpBaseUrl: string;
  readonly maxGrpcMessageSizeInBytes: number;
  readonly grpcHttpClientTimeout: string;
}

const PLACEHOLDER = "INSTANCEID";

/** Builds what `df.getClient` reads. The placeholders in braces are filled in by the SDK. */
export function durableClientInput(options: DurableClientInputOptions): DurableClientInput {
  const key = requiredQuery(options);
  const create = `${options.baseUrl}/orchestrators/{functionName}[/{instanceId}]`;
  const wait = "timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}";
  return {
    taskHubName: options.hubName,
    creationUrls: {
      createNewInstancePostUri: key === "" ? create : `${create}?${key}`,
      createAndWaitOnNewInstancePostUri: `${create}?${wait}${key === "" ? "" : `&${key}`}`,
    },
    managementUrls: managementUrls(options, PLACEHOLDER),
    baseUrl: options.baseUrl,
    requiredQueryStringParameters: key,
    rpcBaseUrl: options.rpcBaseUrl,
    httpBaseUrl: null,
  };
}

/** The same for `durable-functions` v4, whose client speaks gRPC. */
export function grpcClientInput(options: GrpcClientInputOptions): GrpcClientInput {
  return {
    ...durableClientInput(options),
    connectionName: options.connectionName,
    httpBaseUrl: options.baseUrl,
    maxGrpcMessageSizeInBytes: options.maxMessageBytes,
    grpcHttpClientTimeout: formatTimeSpan(options.timeoutMs),
  };
}

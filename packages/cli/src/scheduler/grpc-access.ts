import { readFileSync } from "node:fs";
import { DurableHostError, errorText } from "@durable-host/engine";
import type { AccessCheck, TlsOptions } from "@durable-host/grpc";
import type { AccessOptions } from "./scheduler-options";

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/i;

/** What the gRPC endpoint is to ask of its callers. */
export interface GrpcAccess {
  readonly checks: readonly AccessCheck[];
  readonly tls?: TlsOptions;
}

/**
 * Reads token and certificate files. Rejects with CONFIG_INVALID when one cannot be read, and when the endpoint would be open to
 * everybody on the network without anybody having said so.
 */
export async function openAccess(options: AccessOptions, address: string): Promise<GrpcAccess> {
  const { issuedTokens, knownTokens } = await import("@durable-host/grpc");
  const { tokenFile, issuer, audience, allowAnonymous } = options;
  const checks: AccessCheck[] = [];
  if (tokenFile !== undefined) {
    // At once, so that a wrong name stops the start; later with each call, so that tokens can be changed.
    readTokens(tokenFile);
    checks.push(knownTokens(() => readTokens(tokenFile)));
  }
  if (issuer !== undefined) {
    if (audience === undefined) throw invalid("--issuer needs --audience: what the tokens must be meant for.");
    checks.push(issuedTokens({ issuer, audience }));
  }
  if (checks.length === 0 && !allowAnonymous && !LOOPBACK.test(address)) {
    throw invalid(
      `Whoever reaches ${address} could start and read orchestrations. Ask for tokens with --token-file or --issuer and --audience, or say --allow-anonymous.`,
    );
  }
  return { checks, tls: readTls(options) };
}

function readTls({ tlsCertificate, tlsKey }: AccessOptions): TlsOptions | undefined {
  if (tlsCertificate === undefined && tlsKey === undefined) return undefined;
  if (tlsCertificate === undefined || tlsKey === undefined) {
    throw invalid("TLS needs both --tls-cert and --tls-key.");
  }
  return { certificate: readOption("--tls-cert", tlsCertificate), key: readOption("--tls-key", tlsKey) };
}

function readTokens(file: string): readonly string[] {
  const lines = readOption("--token-file", file).toString("utf8").split(/\r?\n/);
  const tokens = lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  if (tokens.length === 0) throw invalid(`The token file ${file} holds no token: there must be one in each line.`);
  return tokens;
}

function readOption(option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new DurableHostError("CONFIG_INVALID", `The file of ${option} cannot be read: ${errorText(cause)}.`, {
      cause,
    });
  }
}

function invalid(message: string): DurableHostError {
  return new DurableHostError("CONFIG_INVALID", message);
}

import { resolve } from "node:path";
import { Option } from "commander";
import type { AccessOptions } from "./scheduler-options";

/** As commander reads these options. */
export interface RawAccess {
  readonly tokenFile?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly allowAnonymous?: boolean;
}

/** How callers of a gRPC endpoint are let in. */
export function accessOptions(): readonly Option[] {
  return [
    new Option("--token-file <file>", "ask for a bearer token: one of the lines of this file"),
    new Option("--issuer <url>", "ask for a token signed by this issuer (OpenID Connect)"),
    new Option("--audience <text>", "what its tokens must be meant for"),
    new Option("--tls-cert <file>", "certificate for TLS, as PEM; needs --tls-key"),
    new Option("--tls-key <file>", "its private key, as PEM"),
    new Option("--allow-anonymous", "ask nobody for a token, on whatever address"),
  ];
}

export function readAccess(raw: RawAccess, workingDirectory: string): AccessOptions {
  const absolute = (file: string | undefined) => (file === undefined ? undefined : resolve(workingDirectory, file));
  return {
    tokenFile: absolute(raw.tokenFile),
    issuer: raw.issuer,
    audience: raw.audience,
    tlsCertificate: absolute(raw.tlsCert),
    tlsKey: absolute(raw.tlsKey),
    allowAnonymous: raw.allowAnonymous ?? false,
  };
}

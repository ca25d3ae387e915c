import { readFileSync } from "node:fs";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { DurableHostError, errorText } from "@durable-host/engine";
import type { CertificateOptions } from "../start/start-options";

/** What makes a certificate for one's own machine, for the message to who has none. */
const MAKE_ONE =
  'openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj "/CN=localhost" -addext "subjectAltName=DNS:localhost" -keyout localhost.pem -out localhost.crt && cat localhost.crt >> localhost.pem';

/** Reads a PFX file, or a PEM file with certificate and private key. Throws CONFIG_INVALID when there is none, or it is unusable. */
export function readCertificate({ file, password }: CertificateOptions): SecureContextOptions {
  if (file === undefined) {
    throw new DurableHostError(
      "CONFIG_INVALID",
      `--useHttps needs a certificate: --cert FILE, a PFX file (with --password) or a PEM file with certificate and key. One for this machine is made by: ${MAKE_ONE}`,
    );
  }
  try {
    const content = readFileSync(file);
    const passphrase = password === undefined ? undefined : passwordFrom(password);
    const options = content.includes("-----BEGIN")
      ? { cert: content, key: content, passphrase }
      : { pfx: content, passphrase };
    createSecureContext(options);
    return options;
  } catch (error) {
    throw new DurableHostError(
      "CONFIG_INVALID",
      `The certificate in ${file} cannot be used: ${errorText(error)}. --cert wants a PFX file, or a PEM file with certificate and private key; --password what protects the key.`,
      { cause: error },
    );
  }
}

/** As func has it: the name of a file that holds the password, or else the password. */
function passwordFrom(text: string): string {
  try {
    return readFileSync(text, "utf8").trim();
  } catch {
    return text;
  }
}

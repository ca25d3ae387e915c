import { describeConnectionFailure } from "../../src/connection/describe-connection-failure";
import { parseConnectionString } from "../../src/connection/parse-connection-string";

const settings = parseConnectionString("Server=db.example;Database=orders;User ID=app;Password=secret");

function describeFailure(error: unknown, ...messages: readonly (readonly [number, string])[]) {
  return describeConnectionFailure(
    { error, messages: messages.map(([number, message]) => ({ number, message })) },
    settings,
  );
}

/** An error with a code, as the driver and Node make them, and perhaps a cause. */
const coded = (code: string, message: string, cause?: unknown): Error =>
  Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { code });

const loginError = coded("ELOGIN", "Login failed for user 'app'.");

describe("a connection that the server refuses", () => {
  it("names the login and what to check, for a wrong password", () => {
    const error = describeFailure(loginError, [18456, "Login failed for user 'app'."]);
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toMatch(
      /db\.example,1433 refused the login "app" \(error 18456\).*Check User ID and Password/,
    );
  });

  it("names the database when that is missing, though a failed login is reported with it", () => {
    const error = describeFailure(loginError, [4060, 'Cannot open database "orders"'], [18456, "Login failed"]);
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toMatch(/no database orders.*error 4060.*createDatabaseIfNotExists/);
  });

  it("tells the firewall of Azure SQL from a wrong login", () => {
    const error = describeFailure(loginError, [40615, "Client with IP address '1.2.3.4' is not allowed"]);
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toMatch(/1\.2\.3\.4.*firewall rules/);
  });

  it.each([
    [40613, "Database 'orders' is not currently available."],
    [18401, "Server is in script upgrade mode."],
    [10928, "The limit for the database is 30 and has been reached."],
  ])("may pass by itself for error %i [SQL48]", (number, message) => {
    const error = describeFailure(loginError, [number, message]);
    expect(error.code).toBe("STORAGE_TRANSIENT");
    expect(error.message).toContain(message);
  });

  it("hands on what the server says of anything else", () => {
    const error = describeFailure(loginError, [18461, "Server is in single user mode."]);
    expect(error).toMatchObject({ code: "CONFIG_INVALID", cause: loginError });
    expect(error.message).toMatch(/18461.*single user/);
  });
});

describe("a server that cannot be reached", () => {
  const socketError = (code: string): Error => {
    const attempts = new AggregateError([coded(code, `connect ${code}`)], "Could not connect (sequence)");
    return coded("ESOCKET", "Failed to connect to db.example:1433", attempts);
  };

  it.each([
    ["ENOTFOUND", /host name db\.example is not known/],
    ["EAI_AGAIN", /host name db\.example is not known.*DNS/],
    ["ECONNREFUSED", /nothing listens there.*the port in Server/],
    ["EHOSTUNREACH", /did not answer within 15 s.*firewalls/],
    ["ETIMEDOUT", /did not answer within 15 s/],
    ["ECONNRESET", /cannot be reached: connect ECONNRESET/],
  ])("is told with what to check for %s", (code, words) => {
    const error = describeFailure(socketError(code));
    expect(error.code).toBe("STORAGE_TRANSIENT");
    expect(error.message).toMatch(words);
  });

  it("is told for the driver's own time limit", () => {
    expect(describeFailure(coded("ETIMEOUT", "Failed to connect in 15000ms")).message).toMatch(/did not answer/);
  });

  it("is told for an instance that the Browser does not know, with the port as the way out", () => {
    const named = parseConnectionString("Server=db\\dev;Database=d;User ID=a;Password=b");
    const error = describeConnectionFailure({ error: coded("EINSTLOOKUP", "no answer"), messages: [] }, named);
    expect(error.message).toMatch(/db\\dev was not found.*Browser.*Server=db,<port>/);
  });
});

describe("a connection that is not secure", () => {
  it.each(["DEPTH_ZERO_SELF_SIGNED_CERT", "ERR_TLS_CERT_ALTNAME_INVALID", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "EPROTO"])(
    "names the ways to trust the certificate, for %s",
    (code) => {
      const error = describeFailure(coded("ESOCKET", "Failed to connect", coded(code, "bad certificate")));
      expect(error.code).toBe("CONFIG_INVALID");
      expect(error.message).toMatch(
        /bad certificate.*NODE_EXTRA_CA_CERTS.*HostNameInCertificate.*TrustServerCertificate/,
      );
    },
  );

  it("names the setting when the server insists on encryption", () => {
    const error = describeFailure(coded("EENCRYPT", "Server requires encryption"));
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toMatch(/remove Encrypt=false/);
  });
});

describe("a token that cannot be had", () => {
  const tokenFailure = (name: string, fields: object = {}): Error =>
    new AggregateError([
      coded("EFEDAUTH", "Security token could not be authenticated or authorized."),
      Object.assign(new Error("no managed identity here"), { name, ...fields }),
    ]);

  it.each([
    ["CredentialUnavailableError", {}],
    ["AggregateAuthenticationError", {}],
    ["AuthenticationRequiredError", {}],
    ["AuthenticationError", { statusCode: 401 }],
  ])("is a matter of configuration for %s", (name, fields) => {
    const error = describeFailure(tokenFailure(name, fields));
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toMatch(/Microsoft Entra ID: no managed identity here.*client id/);
  });

  it.each([
    ["AuthenticationError", { statusCode: 503 }],
    ["AuthenticationError", { statusCode: 429 }],
    ["RestError", {}],
  ])("may pass by itself for %s %j", (name, fields) => {
    expect(describeFailure(tokenFailure(name, fields)).code).toBe("STORAGE_TRANSIENT");
  });
});

it("never holds the password", () => {
  const failures = [
    describeFailure(loginError, [18456, "Login failed"]),
    describeFailure(coded("ETIMEOUT", "late")),
    describeFailure(coded("EENCRYPT", "x")),
  ];
  for (const { message } of failures) expect(message).not.toContain("secret");
});

import { hasCode } from "@durable-host/engine";
import { parseConnectionString } from "../../src/connection/parse-connection-string";

const LOGIN = "User ID=app;Password=secret";
const BASE = `Server=db.example;Database=orders;${LOGIN}`;

/** What the person is told. */
function refusal(text: string): string {
  try {
    parseConnectionString(text);
  } catch (error) {
    expect(hasCode(error, "CONFIG_INVALID")).toBe(true);
    return (error as Error).message;
  }
  throw new Error("The connection string was accepted.");
}

describe("a connection string", () => {
  it("yields settings with TLS on, the server's default port and a small pool", () => {
    expect(parseConnectionString(BASE)).toEqual({
      address: { host: "db.example" },
      database: "orders",
      authentication: { type: "sql-login", userName: "app", password: "secret" },
      encrypt: true,
      trustServerCertificate: false,
      connectTimeoutMs: 15_000,
      commandTimeoutMs: 30_000,
      applicationName: "durable-host",
      multiSubnetFailover: false,
      pool: { min: 0, max: 10, reuse: true, lifetimeMs: 0 },
    });
  });

  it("is read as the Azure portal hands it out", () => {
    const settings = parseConnectionString(
      "Server=tcp:contoso.database.windows.net,1433;Initial Catalog=orders;Persist Security Info=False;User ID=app;" +
        "Password=secret;MultipleActiveResultSets=False;Encrypt=True;TrustServerCertificate=False;Connection Timeout=30;",
    );
    expect(settings).toMatchObject({
      address: { host: "contoso.database.windows.net", port: 1433 },
      database: "orders",
      encrypt: true,
      connectTimeoutMs: 30_000,
    });
  });

  it.each(["Server", "Data Source", "Addr", "Address", "Network Address", "SERVER", "DataSource"])(
    "names the server with %s",
    (keyword) => {
      expect(parseConnectionString(`${keyword}=h;Database=d;${LOGIN}`).address).toEqual({ host: "h" });
    },
  );

  it.each([
    ["tcp:h,1500", { host: "h", port: 1500 }],
    ["h\\sqlexpress", { host: "h", instance: "sqlexpress" }],
    ["h\\sqlexpress,1501", { host: "h", port: 1501 }],
    ["h\\MSSQLSERVER", { host: "h" }],
    [".", { host: "localhost" }],
    [".\\dev", { host: "localhost", instance: "dev" }],
    ["(local)", { host: "localhost" }],
    ["[::1],1433", { host: "::1", port: 1433 }],
    [" h , 1433 ", { host: "h", port: 1433 }],
  ])("reads the address %s", (server, address) => {
    expect(parseConnectionString(`Server=${server};Database=d;${LOGIN}`).address).toEqual(address);
  });

  it.each([
    ["np:\\\\h\\pipe\\sql", /TCP/],
    ["\\\\h\\pipe\\sql\\query", /TCP/],
    ["(localdb)\\MSSQLLocalDB", /UseDevelopmentStorage=true/],
    ["h,0", /1 to 65535/],
    ["h,port", /1 to 65535/],
    [",1433", /names no host/],
  ])("refuses the address %s with what to write instead", (server, reason) => {
    expect(refusal(`Server=${server};Database=d;${LOGIN}`)).toMatch(reason);
  });

  it.each([
    ["User ID", "Password"],
    ["UID", "PWD"],
    ["User", "pwd"],
    ["UserID", "PASSWORD"],
  ])("logs in with %s and %s", (user, password) => {
    const { authentication } = parseConnectionString(`Server=h;Database=d;${user}=a;${password}=b`);
    expect(authentication).toEqual({ type: "sql-login", userName: "a", password: "b" });
  });

  it.each([
    ["'it;s=a'", "it;s=a"],
    ['"a""b;"', 'a"b;'],
    ["'don''t'", "don't"],
    ["{braces}", "{braces}"],
    ["a=b==c", "a=b==c"],
    ["  spaced  ", "spaced"],
    ["'  kept  '", "  kept  "],
    ["''", ""],
  ])("reads the password written as %s", (written, password) => {
    const { authentication } = parseConnectionString(`Server=h;Database=d;User ID=a;Password=${written}`);
    expect(authentication).toMatchObject({ password });
  });

  it("allows empty parts, and lets the last of repeated keywords count", () => {
    const settings = parseConnectionString(`;; Server = h ;;Database=first;${LOGIN}; Initial Catalog=second ; ;`);
    expect(settings).toMatchObject({ address: { host: "h" }, database: "second" });
  });

  it.each([
    ["Encrypt=true", true],
    ["Encrypt=Mandatory", true],
    ["Encrypt=yes", true],
    ["Encrypt=false", false],
    ["Encrypt=Optional", false],
    ["Encrypt=Strict", "strict"],
    ["Encrypt=", true],
  ])("understands %s", (part, encrypt) => {
    expect(parseConnectionString(`${BASE};${part}`).encrypt).toBe(encrypt);
  });

  it("takes over what else can be set", () => {
    const settings = parseConnectionString(
      `${BASE};TrustServerCertificate=yes;Host Name In Certificate=cert;Connect Timeout=0;Command Timeout=5;App=shop;WSID=w1;` +
        "MultiSubnetFailover=True;ApplicationIntent=ReadWrite;Min Pool Size=2;Max Pool Size=4;Pooling=false;" +
        "Load Balance Timeout=60;Packet Size=8000;Language=us_english",
    );
    expect(settings).toMatchObject({
      trustServerCertificate: true,
      hostNameInCertificate: "cert",
      connectTimeoutMs: 86_400_000,
      commandTimeoutMs: 5000,
      applicationName: "shop",
      workstationId: "w1",
      multiSubnetFailover: true,
      pool: { min: 2, max: 4, reuse: false, lifetimeMs: 60_000 },
      packetSize: 8000,
      language: "us_english",
    });
  });

  it("accepts what only concerns .NET's own client", () => {
    const extra =
      "ConnectRetryCount=3;ConnectRetryInterval=10;Connect Retry Count=1;Enlist=false;Type System Version=Latest";
    expect(parseConnectionString(`${BASE};${extra}`)).toEqual(parseConnectionString(BASE));
  });

  it("lets the caller name the application, which is the task hub in one of the tenancy modes", () => {
    const settings = parseConnectionString(`${BASE};Application Name=other`, { applicationName: "MyHub" });
    expect(settings.applicationName).toBe("MyHub");
  });
});

describe("a log-in with Active Directory", () => {
  const authentication = (text: string) => parseConnectionString(`Server=h;Database=d;${text}`).authentication;

  it.each([
    ["Active Directory Default", { type: "directory-default" }],
    ["ActiveDirectoryDefault", { type: "directory-default" }],
    ["Active Directory Managed Identity", { type: "managed-identity" }],
    ["Active Directory MSI", { type: "managed-identity" }],
    ["active directory workload identity", { type: "workload-identity" }],
  ])("%s needs no user, and takes one for the client id", (method, expected) => {
    expect(authentication(`Authentication=${method}`)).toEqual(expected);
    expect(authentication(`Authentication=${method};User Id=client`)).toEqual({ ...expected, clientId: "client" });
  });

  it("as a service principal takes the client id, with or without a tenant, and the secret", () => {
    const method = "Authentication=Active Directory Service Principal;Password=s";
    expect(authentication(`${method};User ID=c`)).toEqual({
      type: "service-principal",
      clientId: "c",
      clientSecret: "s",
    });
    expect(authentication(`${method};User ID=c@t`)).toMatchObject({ clientId: "c", tenantId: "t" });
  });

  it("with a password takes the user as it is", () => {
    expect(authentication("Authentication=Active Directory Password;User ID=a@b.example;Password=p")).toEqual({
      type: "directory-password",
      userName: "a@b.example",
      password: "p",
    });
  });

  it.each(["Integrated", "Interactive", "Device Code Flow"])("refuses %s, which needs a person", (kind) => {
    expect(refusal(`Server=h;Database=d;Authentication=Active Directory ${kind}`)).toMatch(/Active Directory Default/);
  });
});

describe("a connection string that cannot be used", () => {
  it.each([
    ["no database", `Server=h;${LOGIN}`, /lacks Database/],
    ["no server", `Database=d;${LOGIN}`, /lacks Server/],
    ["no user", "Server=h;Database=d;Password=x", /lacks User ID.*Managed Identity/],
    ["no password", "Server=h;Database=d;User ID=a", /lacks Password/],
    ["Windows log-in", "Server=h;Database=d;Integrated Security=SSPI", /Integrated Security.*User ID and Password/],
    ["Windows log-in by its other name", "Server=h;Database=d;Trusted_Connection=yes", /Integrated Security/],
    ["an attached file", `${BASE};AttachDbFilename=a.mdf`, /Attach the file to the server/],
    ["mirroring", `${BASE};Failover Partner=other`, /availability group/],
    ["a read-only intent", `${BASE};ApplicationIntent=ReadOnly`, /must be ReadWrite/],
    ["an unknown keyword", `Servr=x;${BASE}`, /unknown keyword: Servr/],
    ["a time-out in words", `${BASE};Connect Timeout=soon`, /Connect Timeout must be a whole number/],
    ["a doubtful boolean", `${BASE};Pooling=perhaps`, /Pooling must be true or false/],
    ["a doubtful encryption", `${BASE};Encrypt=maybe`, /Encrypt must be/],
    ["a pool upside down", `${BASE};Min Pool Size=5;Max Pool Size=2`, /larger than Max Pool Size/],
    ["an unknown authentication", `${BASE};Authentication=Kerberos`, /Authentication has an unknown value/],
    ["a part without =", `${BASE};Database`, /part without "=" after Password/],
    ["an open quote", `Server=h;Database="d;${LOGIN}`, /closing quote of Database/],
    ["something after a quote", `Server=h;Database="d"x;${LOGIN}`, /after the closing quote of Database/],
    ["only text", "UseDevelopmentStorage", /part without "=" at its beginning/],
    ["nothing", "", /lacks Server/],
  ])("is refused for %s", (_what, text, reason) => {
    expect(refusal(text)).toMatch(reason);
  });

  it.each([
    "Server=h;Database=d;User ID=a;Password=top;hush=tail",
    "Server=h;Database=d;User ID=a;Password=top;hush",
    "Server=h;Database=d;User ID=a;Password=top;Hush=tail;Encrypt=true",
    "Server=h;Database=d;User ID=a;Password='top;hush",
    "Server=h;Database=d;User ID=a;Password='top'hush",
    "Server=h;Database=d;User ID=a;Password=top;hu#sh=x",
    "Server=h;Database=d;User ID=a;Password=top;hush='tail",
    "Password=top;hush=tail;Server=h",
  ])("is refused without a word of the password (%#)", (text) => {
    expect(refusal(text)).not.toMatch(/top|hush|tail|hu#sh/i);
  });
});

/** What a keyword of a connection string means to us; the right-hand names are those of `ConnectionSettings`. */
export type ConnectionKeyword =
  | "server"
  | "database"
  | "user"
  | "password"
  | "authentication"
  | "encrypt"
  | "trustServerCertificate"
  | "hostNameInCertificate"
  | "connectTimeout"
  | "commandTimeout"
  | "applicationName"
  | "workstationId"
  | "multiSubnetFailover"
  | "applicationIntent"
  | "minPoolSize"
  | "maxPoolSize"
  | "pooling"
  | "connectionLifetime"
  | "packetSize"
  | "language"
  | "ignored";

/** Keywords of SqlClient with all their synonyms, written as `normalizeKeyword` leaves them. */
const SYNONYMS: Readonly<Record<ConnectionKeyword, readonly string[]>> = {
  server: ["server", "datasource", "addr", "address", "networkaddress"],
  database: ["database", "initialcatalog"],
  user: ["userid", "uid", "user"],
  password: ["password", "pwd"],
  authentication: ["authentication"],
  encrypt: ["encrypt"],
  trustServerCertificate: ["trustservercertificate"],
  hostNameInCertificate: ["hostnameincertificate"],
  connectTimeout: ["connecttimeout", "connectiontimeout", "timeout"],
  commandTimeout: ["commandtimeout"],
  applicationName: ["applicationname", "app"],
  workstationId: ["workstationid", "wsid"],
  multiSubnetFailover: ["multisubnetfailover"],
  applicationIntent: ["applicationintent"],
  minPoolSize: ["minpoolsize"],
  maxPoolSize: ["maxpoolsize"],
  pooling: ["pooling"],
  connectionLifetime: ["connectionlifetime", "loadbalancetimeout"],
  packetSize: ["packetsize"],
  language: ["currentlanguage", "language"],
  // They say how .NET's client works inside, or switch on what is not needed here; leaving them out changes nothing.
  ignored: [
    "persistsecurityinfo",
    "multipleactiveresultsets",
    "connectretrycount",
    "connectretryinterval",
    "transparentnetworkipresolution",
    "ipaddresspreference",
    "poolblockingperiod",
    "enlist",
    "replication",
    "transactionbinding",
    "typesystemversion",
    "asynchronousprocessing",
    "async",
    "networklibrary",
    "network",
    "net",
    "columnencryptionsetting",
    "enclaveattestationurl",
    "attestationprotocol",
    "provider",
  ],
};

/** Keywords that ask for something we cannot do; the text says what to do instead. */
const REFUSED: Readonly<Record<string, string>> = {
  attachdbfilename: "Attach the file to the server as a database, and name it with Database=…",
  extendedproperties: "Attach the file to the server as a database, and name it with Database=…",
  initialfilename: "Attach the file to the server as a database, and name it with Database=…",
  userinstance: "Connect to a server that runs by itself.",
  contextconnection: "It exists only for code inside SQL Server: give Server=… and Database=…",
  failoverpartner: "Database mirroring is not supported: use an availability group's listener as Server=…",
  failoverpartnerspn: "Database mirroring is not supported: use an availability group's listener as Server=…",
  servercertificate: "Name the file of the certificate in the environment variable NODE_EXTRA_CA_CERTS instead.",
  serverspn: "Log in with User ID and Password, or with Authentication=Active Directory …",
};

const BY_SYNONYM: ReadonlyMap<string, ConnectionKeyword> = new Map(
  Object.entries(SYNONYMS).flatMap(([keyword, synonyms]) =>
    synonyms.map((synonym): [string, ConnectionKeyword] => [synonym, keyword as ConnectionKeyword]),
  ),
);

/** SqlClient knows some keywords with blanks and without; people write both of all. */
export function normalizeKeyword(keyword: string): string {
  return keyword.toLowerCase().replace(/\s+/g, "");
}

/** The meaning of a keyword as written; `undefined` if nobody knows it. */
export function findKeyword(keyword: string): ConnectionKeyword | undefined {
  return BY_SYNONYM.get(normalizeKeyword(keyword));
}

/** Why a keyword cannot be served and what to do instead; `undefined` for all others. */
export function refusalOf(keyword: string): string | undefined {
  const normalized = normalizeKeyword(keyword);
  return Object.hasOwn(REFUSED, normalized) ? REFUSED[normalized] : undefined;
}

/** Windows' own log-in, by any of its names: refused only when it is asked for. */
export function isIntegratedSecurity(keyword: string): boolean {
  return ["integratedsecurity", "trusted_connection", "trustedconnection"].includes(normalizeKeyword(keyword));
}

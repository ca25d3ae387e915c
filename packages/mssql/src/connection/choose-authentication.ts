import { configInvalid } from "./connection-config-error";
import type { ConnectionKeyword } from "./connection-keywords";
import type { Authentication } from "./connection-settings";

const SUPPORTED =
  "Supported are Sql Password, and Active Directory Default, Managed Identity, Workload Identity, Service Principal and Password.";

/** Decides from `Authentication`, `User ID` and `Password` how to log in; without `Authentication` it is a SQL login. */
export function chooseAuthentication(values: ReadonlyMap<ConnectionKeyword, string>): Authentication {
  const method = (values.get("authentication") ?? "").toLowerCase().replace(/[\s-]+/g, "");
  const user = values.get("user");
  const clientId = user ? { clientId: user } : {};
  switch (method) {
    case "":
    case "notspecified":
    case "sqlpassword":
      return { type: "sql-login", ...userAndPassword(values, "a SQL login") };
    case "activedirectorydefault":
      return { type: "directory-default", ...clientId };
    case "activedirectorymanagedidentity":
    case "activedirectorymsi":
      return { type: "managed-identity", ...clientId };
    case "activedirectoryworkloadidentity":
      return { type: "workload-identity", ...clientId };
    case "activedirectoryserviceprincipal":
      return servicePrincipal(values);
    case "activedirectorypassword":
      return { type: "directory-password", ...userAndPassword(values, "Active Directory Password") };
    case "activedirectoryintegrated":
    case "activedirectoryinteractive":
    case "activedirectorydevicecodeflow":
      throw configInvalid(
        `Authentication asks for a log-in that needs a person or a Windows session. ${SUPPORTED} ` +
          "On a developer's machine Active Directory Default uses the Azure CLI's session.",
      );
    default:
      throw configInvalid(`Authentication has an unknown value. ${SUPPORTED}`);
  }
}

/** `User ID` is the client id, or `client id@tenant id` as other drivers write it. */
function servicePrincipal(values: ReadonlyMap<ConnectionKeyword, string>): Authentication {
  const { userName, password } = userAndPassword(values, "Active Directory Service Principal");
  const [clientId = "", tenantId] = userName.split("@", 2);
  return { type: "service-principal", clientId, clientSecret: password, ...(tenantId ? { tenantId } : {}) };
}

function userAndPassword(
  values: ReadonlyMap<ConnectionKeyword, string>,
  method: string,
): { readonly userName: string; readonly password: string } {
  const userName = values.get("user");
  const password = values.get("password");
  if (!userName) {
    throw configInvalid(
      `The connection string lacks User ID, which ${method} needs. Add User ID and Password, or ` +
        "Authentication=Active Directory Default or Active Directory Managed Identity.",
    );
  }
  if (password === undefined) throw configInvalid(`The connection string lacks Password, which ${method} needs.`);
  return { userName, password };
}

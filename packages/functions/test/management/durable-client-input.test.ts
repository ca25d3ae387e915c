import { durableClientInput, grpcClientInput } from "../../src/management/durable-client-input";

const parts = {
  hubName: "Orders",
  connectionName: "SQLDB_Connection",
  baseUrl: "http://localhost:7071/runtime/webhooks/durabletask",
  rpcBaseUrl: "http://127.0.0.1:41000/durabletask/",
};

describe("durableClient binding value", () => {
  it("has the URLs the SDK fills in, without a key", () => {
    const value = durableClientInput(parts);
    const instance = `${parts.baseUrl}/instances/INSTANCEID`;
    const query = "taskHub=Orders&connection=SQLDB_Connection";
    expect(value).toEqual({
      taskHubName: "Orders",
      creationUrls: {
        createNewInstancePostUri: `${parts.baseUrl}/orchestrators/{functionName}[/{instanceId}]`,
        createAndWaitOnNewInstancePostUri: `${parts.baseUrl}/orchestrators/{functionName}[/{instanceId}]?timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}`,
      },
      managementUrls: {
        id: "INSTANCEID",
        statusQueryGetUri: `${instance}?${query}`,
        sendEventPostUri: `${instance}/raiseEvent/{eventName}?${query}`,
        terminatePostUri: `${instance}/terminate?reason={text}&${query}`,
        rewindPostUri: `${instance}/rewind?reason={text}&${query}`,
        purgeHistoryDeleteUri: `${instance}?${query}`,
        restartPostUri: `${instance}/restart?${query}`,
        suspendPostUri: `${instance}/suspend?reason={text}&${query}`,
        resumePostUri: `${instance}/resume?reason={text}&${query}`,
      },
      baseUrl: parts.baseUrl,
      requiredQueryStringParameters: "",
      rpcBaseUrl: parts.rpcBaseUrl,
      httpBaseUrl: null,
    });
  });

  it("carries the key in every URL that a client outside calls", () => {
    const value = durableClientInput({ ...parts, key: "k" });
    const urls = [...Object.values(value.creationUrls), ...Object.values(value.managementUrls).slice(1)];
    expect(urls.filter((url) => !/[?&]code=k$/.test(url))).toEqual([]);
    expect(value.requiredQueryStringParameters).toBe("code=k");
  });
});

describe("the durableClient binding value of durable-functions v4", () => {
  it("has the address of gRPC, and what its clients are to keep to [GR73]", () => {
    const rpcBaseUrl = "http://127.0.0.1:41001/";
    const value = grpcClientInput({ ...parts, key: "k", rpcBaseUrl, maxMessageBytes: 5_000_000, timeoutMs: 100_000 });

    expect(value).toMatchObject({
      taskHubName: "Orders",
      connectionName: "SQLDB_Connection",
      baseUrl: parts.baseUrl,
      httpBaseUrl: parts.baseUrl,
      rpcBaseUrl,
      requiredQueryStringParameters: "code=k",
      maxGrpcMessageSizeInBytes: 5_000_000,
      grpcHttpClientTimeout: "00:01:40",
    });
    expect(value.managementUrls).toEqual(durableClientInput({ ...parts, key: "k" }).managementUrls);
  });
});

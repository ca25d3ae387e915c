/**
 * Stands for the module that a Functions host provides at run time, so that the app's files can be imported by tests.
 * It keeps what they register in `globalThis.registeredFunctions`.
 */
interface Registration {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

declare global {
  var registeredFunctions: Registration[];
}

globalThis.registeredFunctions = [];

jest.mock(
  "@azure/functions-core",
  () => ({
    version: "0.0.0",
    hostVersion: "0.0.0",
    registerFunction: (metadata: Registration) => globalThis.registeredFunctions.push(metadata),
    setProgrammingModel: () => undefined,
  }),
  { virtual: true },
);

export {};

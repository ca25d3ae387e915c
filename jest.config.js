"use strict";

/** Packages are tested against each other's TypeScript sources (export condition "source"); only end-to-end tests need a build. */
const base = {
  rootDir: __dirname,
  testEnvironment: "node",
  testEnvironmentOptions: { customExportConditions: ["source", "node", "require", "default"] },
  modulePathIgnorePatterns: ["<rootDir>/dist", "<rootDir>/packages/.*/dist"],
  // jose is published as ES modules only, which Jest cannot load as they are.
  transformIgnorePatterns: ["/node_modules/(?!jose/)"],
  transform: {
    "^.+/jose/.+\\.js$|^.+\\.ts$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
    ],
  },
};

module.exports = {
  // Tests wait for conditions, not for time; this only bounds how long a broken one holds up the rest on a busy machine.
  testTimeout: 30_000,
  projects: [
    { ...base, displayName: "packages", testMatch: ["<rootDir>/packages/*/test/**/*.test.ts"] },
    { ...base, displayName: "app", testMatch: ["<rootDir>/test/app/**/*.test.ts"] },
    { ...base, displayName: "semantics", testMatch: ["<rootDir>/test/semantics/**/*.test.ts"] },
    { ...base, displayName: "properties", testMatch: ["<rootDir>/test/properties/**/*.test.ts"] },
    { ...base, displayName: "repository", testMatch: ["<rootDir>/test/*.test.ts"] },
    {
      ...base,
      displayName: "e2e",
      testMatch: ["<rootDir>/test/e2e/**/*.test.ts"],
      setupFiles: ["<rootDir>/test/e2e/without-queues.ts"],
    },
  ],
};

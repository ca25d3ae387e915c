"use strict";

/** Packages are tested against each other's TypeScript sources (export condition "source"); only end-to-end tests need a build. */
module.exports = {
  testEnvironment: "node",
  testEnvironmentOptions: { customExportConditions: ["source", "node", "require", "default"] },
  testMatch: ["<rootDir>/packages/*/test/**/*.test.ts", "<rootDir>/test/**/*.test.ts"],
  modulePathIgnorePatterns: ["<rootDir>/dist", "<rootDir>/packages/.*/dist"],
  transform: {
    "^.+\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } }],
  },
};

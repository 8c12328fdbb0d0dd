import { readdirSync } from 'node:fs';

const transform = {
  '\\.ts$': [
    '@swc/jest',
    {
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
      module: { type: 'es6' },
      sourceMaps: 'inline',
    },
  ],
};

const LIBRARIES = readdirSync(`${import.meta.dirname}/libs/common`).join('|');

const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  transform,
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    [`^@iot/(${LIBRARIES})$`]: '<rootDir>/libs/common/$1/src/index.ts',
    [`^@iot/(${LIBRARIES})/testing$`]: '<rootDir>/libs/common/$1/src/testing/index.ts',
    '^@iot/local-(stack|cluster)$': '<rootDir>/workbench/local-$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['/dist/', '/\\.cache/', '/\\.data/', '/\\.nx/'],
};

const ROOMS = '<rootDir>/{apps,libs,tools,workbench,e2e,helm}/**';

/**
 * Four kinds of test: unit, integration (on the real broker and database), end-to-end (the built
 * services as processes) and k8s (on a Kubernetes API server; not part of `npm test`).
 * workbench/jest.mjs runs them.
 */
export default {
  rootDir: import.meta.dirname,
  maxWorkers: 2,
  // Far from what any of them takes: a machine that is busy elsewhere is no fault of theirs.
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [`${ROOMS}/*.spec.ts`],
      testPathIgnorePatterns: ['/node_modules/', '\\.(int|e2e|k8s)\\.spec\\.ts$'],
    },
    {
      ...shared,
      displayName: 'integration',
      setupFilesAfterEnv: ['<rootDir>/workbench/jest-real-servers.mjs'],
      testMatch: [`${ROOMS}/*.int.spec.ts`],
      // Jest runs these only when a test of this project was selected.
      globalSetup: '<rootDir>/workbench/jest-global-setup.mjs',
      globalTeardown: '<rootDir>/workbench/jest-global-teardown.mjs',
    },
    {
      ...shared,
      displayName: 'k8s',
      testMatch: [`${ROOMS}/*.k8s.spec.ts`],
      globalSetup: '<rootDir>/workbench/jest-k8s-setup.mjs',
      globalTeardown: '<rootDir>/workbench/jest-k8s-teardown.mjs',
    },
    {
      ...shared,
      displayName: 'e2e',
      setupFilesAfterEnv: ['<rootDir>/workbench/jest-real-servers.mjs'],
      testMatch: [`${ROOMS}/*.e2e.spec.ts`],
    },
  ],
};

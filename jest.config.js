// Nest 12 is ESM only, so Jest runs in its ESM mode: node --experimental-vm-modules node_modules/jest/bin/jest.js
const swc = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
  sourceMaps: 'inline',
};

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/test/support/realm-environment.cjs',
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  // js before ts: the mapper that strips `.js` also applies inside node_modules
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'json', 'node'],
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  // applications of their own: npm run hosts
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/hosts/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/libs/[^/]+/dist/', '<rootDir>/test/hosts/'],
  moduleNameMapper: {
    '^@data-room/cache$': '<rootDir>/libs/cache/src/index.ts',
    '^@data-room/cache/(opentelemetry|prometheus|terminus)$': '<rootDir>/libs/cache/src/$1.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // Jest's ESM mode keeps about 14 MB a file: two workers, recycled when they have grown
  maxWorkers: 2,
  workerIdleMemoryLimit: '512MB',
  // generous: a machine with two cores may be doing something else
  testTimeout: 120_000,
  coverageProvider: 'v8',
  collectCoverageFrom: ['{apps,libs}/*/src/**/*.ts', '!**/main.ts'],
};

import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What each library may use, from the ground floor up: `nx graph` shows the same picture. */
const LIBRARIES = {
  register: [],
  printable: [],
  access: [],
  resilience: [],
  config: ['register'],
  tracing: ['config'],
  credentials: ['config'],
  sandbox: [],
  logic: ['config', 'credentials', 'mongo', 'sandbox'],
  telemetry: ['config'],
  alerting: ['config', 'credentials', 'telemetry'],
  metrics: ['telemetry'],
  health: ['metrics', 'resilience'],
  kubernetes: ['config', 'resilience'],
  service: ['access', 'config', 'health', 'logs', 'metrics', 'printable', 'tracing'],
  mongo: ['access', 'config', 'health', 'tracing'],
  'alert-rules': ['alerting', 'mongo'],
  mqtt: ['config', 'resilience'],
  accounts: ['access', 'config', 'credentials', 'mongo'],
  rollup: ['config', 'mongo'],
  notification: ['alerting', 'config', 'credentials', 'mongo'],
  kafka: ['config', 'health', 'metrics', 'resilience', 'telemetry', 'tracing'],
  logs: ['config', 'kafka', 'metrics', 'printable', 'resilience'],
  intake: ['config', 'kafka', 'metrics', 'resilience', 'telemetry', 'tracing'],
  'consumer-lag': ['kafka'],
  'key-ring': ['credentials', 'kafka'],
  'dead-letters': ['kafka', 'printable'],
};
/** A driver is imported by its own library alone, so that it can be replaced there. */
const DRIVERS = {
  kafkajs: 'kafkajs',
  mongodb: 'mongodb',
  mqtt: 'mqtt',
  kubernetes: '@kubernetes/client-node',
  opentelemetry: '@opentelemetry/*',
};
const driversExcept = (own) =>
  Object.keys(DRIVERS).flatMap((name) => (name === own ? [] : [DRIVERS[name]]));

const boundaries = (constraints) => ({
  '@nx/enforce-module-boundaries': [
    'error',
    { enforceBuildableLibDependency: true, allow: [], depConstraints: constraints },
  ],
});
const FLOORS = [
  ...Object.entries(LIBRARIES).map(([name, below]) => ({
    sourceTag: `lib:${name}`,
    onlyDependOnLibsWithTags: below.map((other) => `lib:${other}`),
  })),
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:lib'] },
  // It knows the platform by its API alone.
  { sourceTag: 'type:page', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'type:tool', onlyDependOnLibsWithTags: ['type:lib', 'type:tool'] },
  { sourceTag: 'type:e2e', onlyDependOnLibsWithTags: ['type:lib', 'type:tool'] },
];
const DRIVER_WALLS = ['none', ...Object.keys(DRIVERS)].map((name) => ({
  sourceTag: `driver:${name}`,
  bannedExternalImports: driversExcept(name),
}));

/** core/ is values in, values out. */
const IMPURE = {
  modules: ['@nestjs/*', 'node:*', 'prom-client', 'pino', ...Object.values(DRIVERS)],
  libraries: ['config', 'health', 'intake', 'kafka', 'kubernetes', 'mongo', 'mqtt', 'service'].map(
    (name) => `@iot/${name}`,
  ),
};

export default defineConfig(
  globalIgnores([
    '**/dist',
    '**/node_modules',
    '.nx',
    '.cache',
    '.data',
    'coverage',
    'test-results',
  ]),
  ...tseslint.configs.recommended,
  prettier,
  {
    files: ['**/*.{ts,tsx,js,mjs}'],
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      eqeqeq: 'error',
      'no-console': 'off',
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    ignores: ['**/*.spec.ts', '**/testing/**'],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false } },
      ],
      '@typescript-eslint/await-thenable': 'error',
    },
  },
  {
    files: ['{apps,libs,tools,workbench}/**/*.{ts,tsx}'],
    rules: boundaries([...FLOORS, ...DRIVER_WALLS]),
  },
  {
    // Tests talk to real servers, by the drivers too.
    files: [
      '{apps,libs,tools,workbench}/**/*.spec.ts',
      '{apps,libs,tools,workbench}/**/testing/**/*.ts',
    ],
    rules: boundaries(FLOORS),
  },
  {
    // What hangs on one exact version of a driver stands in one folder, behind its install().
    files: ['{apps,libs,tools,workbench}/**/*.ts'],
    ignores: ['**/surgery/**', '**/*.spec.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'Literal[value=/^(kafkajs|mongodb|bson)\\u002f(src|lib)\\u002f/]',
          message: "A driver's private parts are for the folder surgery/.",
        },
      ],
    },
  },
  {
    files: ['**/core/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: IMPURE.modules, message: 'core/ is pure: values in, values out.' },
            { group: IMPURE.libraries, message: 'core/ is pure.', allowTypeImports: true },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'core/ is pure: pass it in.' },
        { name: 'fetch', message: 'core/ is pure.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'core/ is pure: time is an argument.' },
        { object: 'Math', property: 'random', message: 'core/ is pure: chance is an argument.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
          message: 'core/ is pure: time is an argument.',
        },
      ],
    },
  },
);

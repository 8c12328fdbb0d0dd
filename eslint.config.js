import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const only = (where, modules) => ({
  name: modules.join(),
  message: `Only ${where} imports it; go through @iot/common.`,
});
const KAFKAJS = only('libs/common/kafka', ['kafkajs']);
const KUBERNETES = only('libs/common/kubernetes', ['@kubernetes/client-node']);
const MONGODB = { ...only('libs/common/mongo', ['mongodb']), allowTypeImports: true };
const restrict = (paths, patterns = []) => ({ '@typescript-eslint/no-restricted-imports': ['error', { paths, patterns }] });

export default defineConfig(
  globalIgnores(['**/dist', '**/node_modules', '.nx', '.cache', '.data', 'coverage', 'test-results']),
  ...tseslint.configs.recommended,
  prettier,
  {
    files: ['**/*.{ts,js,mjs}'],
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      eqeqeq: 'error',
      'no-console': 'off',
    },
  },
  {
    files: ['**/*.ts'],
    ignores: ['**/*.spec.ts', '**/model/**'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
    },
  },
  {
    // The parts of the system may use the common library and, for tools that run things, the local stack; never each other.
    files: ['apps/**/*.ts', 'libs/**/*.ts', 'tools/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: true,
          allow: [],
          depConstraints: [
            { sourceTag: 'type:lib', onlyDependOnLibsWithTags: ['type:lib'] },
            { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:lib'] },
            { sourceTag: 'type:tool', onlyDependOnLibsWithTags: ['type:lib', 'type:tool'] },
            { sourceTag: 'type:e2e', onlyDependOnLibsWithTags: ['type:lib', 'type:tool'] },
          ],
        },
      ],
    },
  },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts', 'tools/telemetryctl/**/*.ts'],
    ignores: ['**/*.spec.ts', 'libs/common/src/kafka/**', 'libs/common/src/mongo/**', 'libs/common/src/kubernetes/**'],
    rules: restrict([KAFKAJS, MONGODB, KUBERNETES]),
  },
  { files: ['libs/common/src/kafka/**/*.ts'], ignores: ['**/*.spec.ts'], rules: restrict([MONGODB, KUBERNETES]) },
  { files: ['libs/common/src/mongo/**/*.ts'], ignores: ['**/*.spec.ts'], rules: restrict([KAFKAJS, KUBERNETES]) },
  { files: ['libs/common/src/kubernetes/**/*.ts'], ignores: ['**/*.spec.ts'], rules: restrict([KAFKAJS, MONGODB]) },
  {
    files: ['**/core/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      ...restrict(
        [KAFKAJS, KUBERNETES, { name: 'mongodb', message: 'core/ is pure.' }],
        [
          { group: ['@nestjs/*', 'node:*', 'prom-client', 'pino'], message: 'core/ is pure: values in, values out.' },
          {
            group: [
              '@iot/common/kafka',
              '@iot/common/kubernetes',
              '@iot/common/mongo',
              '@iot/common/config',
              '@iot/common/service',
              '@iot/common/health',
            ],
            message: 'core/ is pure.',
            allowTypeImports: true,
          },
        ],
      ),
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
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'core/ is pure: time is an argument.' },
      ],
    },
  },
);

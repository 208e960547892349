import { defineConfig } from 'vitest/config'

/** Workspace packages resolve to their TypeScript source, so tests need no build. */
const conditions = ['@bothkeys/source', 'module', 'node', 'development|production']
const resolve = { conditions }
const ssr = { resolve: { conditions, externalConditions: ['@bothkeys/source', 'node'] } }

/** Where to leave the counts for the summary of several runs, if anywhere. */
const report = process.env['BOTHKEYS_VITEST_REPORT']

/**
 * Random choices are the same in every run, so that no run fails by chance. BOTHKEYS_SEED makes others; a soak run makes
 * new ones every time.
 */
const seed = process.env['BOTHKEYS_SEED'] ?? (process.env['BOTHKEYS_SOAK'] === undefined ? '1' : undefined)
const env = seed === undefined ? {} : { BOTHKEYS_SEED: seed }

/**
 * On further versions of Node.js the long runs are left out, and on a second PostgreSQL those that load and kill (`soak`), so that
 * continuous integration takes less than forty minutes: what they try over and over depends on the version least.
 */
const without = process.env['BOTHKEYS_WITHOUT_LONG_RUNS']
const soak = ['**/test/soak/**']
const further = [
  '**/test/battery/battery.int.test.ts',
  '**/test/overloads/**',
  '**/*model-check.test.ts',
  '**/test/masking/{canaries,extraction,non-interference}.int.test.ts',
  '**/test/masking/{seen-through,stream,windows}.test.ts',
]
/**
 * In continuous integration the files of a worker share the modules that they import, which takes a third of the time. Each file has
 * modules of its own where a developer runs `npm test`, and on the first version where it talks to a server.
 */
const shared = without !== undefined || process.env['CI'] !== undefined
const long = without === undefined ? [] : without === 'soak' ? soak : [...soak, ...further]
const workers = { isolate: !shared, maxWorkers: shared ? 3 : 2 }
/** Always in processes of their own: they put a module in another's place, or use what their whole process has. */
const alone = [
  '**/langchain-tools/test/traces.test.ts',
  '**/core/test/identity/verified-texts.test.ts',
  '**/core/test/sinks/names-on-disk.test.ts',
  '**/adapter-pg/test/door/native-client.test.ts',
  '**/adapter-k8s/test/door/no-socket.test.ts',
  '**/adapter-k8s/test/clients/patience.test.ts',
  '**/adapter-k8s/test/loopback/certificates.test.ts',
]

/**
 * What holds for the clients of @kubernetes/client-node 2.x as well, which needs this version of Node.js or a newer one: the same
 * files, in which its name stands for that version. Continuous integration tries them on Node.js 22 alone, the oldest that has them:
 * 24 is tried with 1.x, and 22 with both.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const oldest = major === 22 && minor >= 19
const client2 =
  oldest || (major > 22 && process.env['CI'] === undefined)
    ? [
        '**/adapter-k8s/test/contract.test.ts',
        '**/adapter-k8s/test/door/{exchange,handed,handed-answer,no-socket}.test.ts',
        '**/adapter-k8s/test/clients/surfaces.test.ts',
        '**/adapter-k8s/test/request/client-node.test.ts',
      ]
    : []

/** What never comes true still fails; a busy machine may take its time. */
const expectation = { poll: { timeout: 30_000 } }

function unit({
  name = 'unit',
  include = ['packages/*/test/**/*.test.ts', 'tools/*/test/**/*.test.ts', 'scripts/test/*.test.mjs'],
  exclude = [] as string[],
  isolate = workers.isolate,
  client = '@kubernetes/client-node',
}) {
  return {
    resolve: { ...resolve, alias: { '@kubernetes/client-node': client } },
    ssr,
    test: {
      name,
      env: { ...env, BOTHKEYS_CLIENT_NODE: client },
      expect: expectation,
      setupFiles: ['./tools/vitest-patience.ts'],
      include,
      exclude: ['**/node_modules/**', '**/*.int.test.ts', '**/*.{browser,service,kube}.test.ts', ...long, ...exclude],
      testTimeout: 180_000,
      hookTimeout: 60_000,
      // Otherwise one less than the machine has, which is half of two.
      maxWorkers: workers.maxWorkers,
      isolate,
    },
  }
}

export default defineConfig({
  test: {
    ...(report !== undefined && { reporters: ['default', 'json'], outputFile: { json: report } }),
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
    },
    projects: [
      unit({ exclude: shared ? alone : [] }),
      ...(shared ? [unit({ name: 'unit-alone', include: alone, isolate: true })] : []),
      ...(client2.length > 0
        ? [unit({ name: 'unit-client-2', include: client2, isolate: true, client: 'client-node-2' })]
        : []),
      {
        resolve,
        ssr,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['packages/*/test/**/*.test-d.ts'],
            tsconfig: './tsconfig.types.json',
          },
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'int',
          env,
          expect: expectation,
          setupFiles: ['./tools/vitest-patience.ts'],
          include: ['packages/*/test/**/*.int.test.ts', 'tools/*/test/**/*.int.test.ts'],
          exclude: ['**/node_modules/**', ...long],
          globalSetup: ['./tools/local-postgres/src/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          // Each file talks to a server and may start workers of its own.
          ...workers,
          isolate: without === undefined,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'browser',
          env,
          expect: expectation,
          setupFiles: ['./tools/vitest-patience.ts'],
          include: ['packages/*/test/**/*.browser.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Each file drives a browser, which is several processes.
          maxWorkers: 1,
        },
      },
      {
        resolve,
        ssr,
        test: {
          // As root: processes of several users. `node scripts/test.mjs build service`.
          name: 'service',
          env,
          expect: expectation,
          setupFiles: ['./tools/vitest-patience.ts'],
          include: ['packages/*/test/**/*.service.test.ts'],
          globalSetup: ['./tools/local-postgres/src/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
      {
        resolve,
        ssr,
        test: {
          // On a real API server: `npm run test:kube`.
          name: 'kube',
          env,
          expect: expectation,
          setupFiles: ['./tools/vitest-patience.ts'],
          include: ['packages/*/test/**/*.kube.test.ts', 'tools/*/test/**/*.kube.test.ts'],
          globalSetup: ['./tools/local-kubernetes/src/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
    ],
  },
})

/** The layers of packages/core/src, from the bottom up. A folder may import itself and the folders named for it. */
const layers = {
  errors: [],
  model: ['errors'],
  policy: ['errors', 'model', 'masking'],
  masking: ['deadline', 'errors', 'known-options', 'model'],
  duties: ['errors', 'model'],
  identity: ['errors', 'known-options', 'model', 'policy', 'masking', 'duties'],
  approvals: ['errors', 'known-options', 'model', 'policy', 'masking', 'duties', 'identity', 'ledger', 'record'],
  reviews: ['errors', 'model', 'policy', 'duties', 'identity', 'approvals', 'record', 'ledger'],
  glass: ['errors', 'still-live', 'model', 'policy', 'duties', 'identity', 'approvals', 'record', 'ledger', 'reviews'],
  grants: ['errors', 'refusal', 'model', 'policy', 'duties', 'identity', 'approvals', 'record', 'ledger'],
  record: ['errors', 'model', 'policy', 'masking', 'duties'],
  ledger: ['errors', 'model', 'policy', 'masking', 'duties', 'record'],
  sinks: ['errors', 'known-options', 'model', 'identity', 'record'],
  controls: ['errors', 'known-options', 'model', 'policy', 'duties', 'identity', 'record', 'lint'],
}

const core = (...names) => `^packages/core/src/(${names.join('|')})(/|\\.ts$)`

const layerRules = Object.entries(layers).map(([name, allowed]) => ({
  name: `core-layer-${name}`,
  comment: `${name} may import only: ${[name, ...allowed].join(', ')}`,
  severity: 'error',
  from: { path: core(name) },
  to: { path: '^packages/', pathNot: core(name, ...allowed) },
}))

/** The folders of packages/adapter-pg/src, from the bottom up. None imports what stands above it. */
const pgLayers = ['catalog', 'analyzer', 'door', 'estimate', 'target', 'index']

const pgLayerRules = pgLayers.slice(0, -1).map((name, index) => ({
  name: `pg-layer-${name}`,
  severity: 'error',
  from: { path: `^packages/adapter-pg/src/${name}(/|\\.ts$)` },
  to: { path: `^packages/adapter-pg/src/(${pgLayers.slice(index + 1).join('|')})(/|\\.ts$)` },
}))

const drivers =
  'pg|pg-[^/]+|ssh2|@kubernetes/[^/]+|@langchain/[^/]+|langchain|ai|@ai-sdk/[^/]+|@openai/[^/]+|@modelcontextprotocol/[^/]+|libpg-query'

/** An npm dependency, however the package manager lays it out. */
const npm = (names) => `node_modules/(${names})/`

export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...layerRules,
    ...pgLayerRules,
    {
      name: 'pure-layers',
      comment:
        'Clock, hashing and input/output are ports: the deciding layers run anywhere and are replayable. One file carries what ' +
        'streams mask to those of Node.js.',
      severity: 'error',
      from: { path: core('policy', 'masking', 'duties'), pathNot: core('masking/node-stream') },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'jose-only-in-identity',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: core('identity') },
      to: { path: npm('jose') },
    },
    {
      name: 'zod-only-at-the-edges',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: core('policy', 'identity', 'file-source') },
      to: { path: npm('zod') },
    },
    {
      name: 'product-uses-no-test-kit',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: core('testing') },
      to: { path: core('testing') },
    },
    {
      name: 'core-knows-no-driver',
      severity: 'error',
      from: { path: '^packages/core/src/' },
      to: { path: npm(drivers) },
    },
    {
      name: 'adapters-are-strangers',
      severity: 'error',
      from: {
        path: '^packages/([^/]+)/',
        pathNot: [
          '^packages/core/',
          '^packages/(approver-slack|saml|serve)/',
          '^packages/(langchain-tools|ai-sdk-tools|openai-agents-tools|mcp-server)/',
          '^packages/agent-tools/test/',
          '^packages/adapter-pg/test/(soak/two-keys|door/shared-ledger)',
        ],
      },
      to: { path: '^packages/', pathNot: ['^packages/$1/', '^packages/core/'] },
    },
    {
      name: 'tools-for-frameworks',
      comment: 'What maps tools to one framework knows the tools, as they are for everybody, and no other framework.',
      severity: 'error',
      from: { path: '^packages/(langchain-tools|ai-sdk-tools|openai-agents-tools|mcp-server)/src/' },
      to: {
        path: '^packages/',
        pathNot: ['^packages/$1/', '^packages/core/', '^packages/agent-tools/(src|dist)/index\\.(ts|js|d\\.ts)$'],
      },
    },
    {
      name: 'tools-are-tried-at-doors',
      comment: 'Their tests open doors as everybody does.',
      severity: 'error',
      from: { path: '^packages/(agent-tools|langchain-tools|ai-sdk-tools|openai-agents-tools|mcp-server)/test/' },
      to: {
        path: '^packages/',
        pathNot: ['^packages/(core|$1)/', '^packages/[^/]+/(src|dist)/index\\.(ts|js|d\\.ts)$'],
      },
    },
    {
      name: 'ways-to-reach-people-know-the-relay',
      severity: 'error',
      from: { path: '^packages/(approver-slack|saml)/' },
      to: { path: '^packages/', pathNot: ['^packages/$1/', '^packages/(core|approval-relay)/'] },
    },
    {
      name: 'serve-uses-the-public-packages',
      comment: 'What serves doors is made of adapters and ledgers, as they are for everybody.',
      severity: 'error',
      from: { path: '^packages/serve/' },
      to: {
        path: '^packages/',
        pathNot: [
          '^packages/(serve|core)/',
          '^packages/(adapter-pg|ledger-postgres)/(src|dist)/index\\.(ts|js|d\\.ts)$',
          // The contract that both pass.
          '^packages/adapter-pg/test/served/support/contract-(case|policy)\\.ts$',
        ],
      },
    },
    {
      name: 'adapters-use-the-public-core',
      comment:
        'Only @bothkeys/core, @bothkeys/core/adapter and @bothkeys/core/verifier; tests also @bothkeys/core/testing and /signing.',
      severity: 'error',
      from: {
        path: '^packages/[^/]+/src/',
        pathNot: ['^packages/core/', '^packages/(approval-relay|approver-slack|saml)/'],
      },
      to: {
        path: '^packages/core/',
        pathNot: '^packages/core/(src|dist)/(index|adapter|masking/index|verifier)\\.(ts|js|d\\.ts)$',
      },
    },
    {
      name: 'people-side-uses-the-public-core',
      comment: 'What runs apart from agents may sign, and reads requests itself.',
      severity: 'error',
      from: { path: '^packages/(approval-relay|approver-slack|saml)/src/' },
      to: {
        path: '^packages/core/',
        pathNot: '^packages/core/(src|dist)/(index|adapter|masking/index|relay|signing|verifier)\\.(ts|js|d\\.ts)$',
      },
    },
    {
      name: 'tests-use-the-public-core',
      severity: 'error',
      from: { path: '^(packages/[^/]+/test|examples|tools)/', pathNot: '^packages/core/' },
      to: {
        path: '^packages/core/',
        pathNot:
          '^packages/core/((src|dist)/(index|adapter|masking/index|relay|signing|verifier|testing/index)\\.(ts|js|d\\.ts)|package\\.json)$',
      },
    },
    {
      name: 'packages-use-no-tools',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: '^(tools|examples)/' },
    },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: {
        // The bundle of core holds these (packages/core/tsup.config.ts).
        pathNot: 'node_modules/(re2js|yaml|zod)/',
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'],
        dependencyTypesNot: ['npm', 'npm-peer', 'type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^[^/]+/[^/]+/(dist|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@bothkeys/source', 'import', 'node', 'types', 'default'],
    },
  },
}

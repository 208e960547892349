import { estimateReachGuards } from './estimate-reach.mjs'

const file = (name) => `packages/adapter-pg/src/${/^(?:door\/|target$)/.test(name) ? '' : 'estimate/'}${name}.ts`
const unit = (...names) => names.map((name) => `packages/adapter-pg/test/estimate/${name}.test.ts`)
const door = (...names) => names.map((name) => `packages/adapter-pg/test/door/${name}.int.test.ts`)

const planner = unit('planner')
const steps = unit('plan-steps')
const shown = door('estimate')
const failures = door('estimate-failures')

const guard = (name, where, find, replace, tests, only) => ({
  name,
  file: file(where),
  find,
  replace,
  tests,
  ...(only === undefined ? {} : { only }),
})

/** What keeps the planning of held statements from running anything, and from meaning something else. */
export const estimatesPgGuards = [
  guard('what must not be planned is not', 'planner', 'if (none !== undefined) return { none }', '', planner),
  guard(
    'only a few wait to be planned',
    'planner',
    "if (this.#waiting >= maxWaiting) return { none: 'busy' }",
    '',
    planner,
  ),
  guard(
    'one is planned at a time',
    'planner',
    'this.#last.then(() => this',
    'Promise.resolve().then(() => this',
    planner,
  ),
  guard(
    'who gave up gets no connection',
    'planner',
    '    for (const signal of signals) signal.throwIfAborted()\n    let upstream',
    '    let upstream',
    planner,
  ),
  guard('a connection is closed at once', 'planner', '      await connection.close()\n', '', planner),
  guard(
    'a text is sent where it means the same',
    'planner',
    "    if (!(await this.#readsAlike(connection, request))) return { none: 'other-state' }\n    const parsed",
    '    const parsed',
    planner,
  ),
  guard(
    'a plan is run where the names still mean the same',
    'planner',
    "    if (!(await this.#readsAlike(connection, request))) return { none: 'other-state' }\n    const planned",
    '    const planned',
    planner,
  ),
  guard(
    'types of parameters are described',
    'planner',
    'isTrustedType(state.catalog, type)) !== true',
    'isTrustedType(state.catalog, type)) === false',
    planner,
  ),
  guard(
    'types that the server chose for parameters are looked at',
    'planner',
    'parsed.parameterTypes?.every((type) => isTrustedType(state.catalog, type)) !== true',
    'parsed.parameterTypes === undefined',
    planner,
  ),
  guard('a connection that plans changes nothing', 'planner', 'return isReadOnly && ', 'return ', planner),
  guard('the catalog is the same', 'meaning', 'sight.catalog === state.catalog && ', '', planner),
  guard('the path is the same', 'meaning', '    session.searchPath,\n', '', planner),
  guard('no temporary table stands in front', 'meaning', '    session.temporarySchema ?? null,\n', '', planner),
  guard('the user is the same', 'meaning', '    session.currentUser,\n', '', planner),
  guard('the login is the same', 'meaning', '    session.sessionUser,\n', '', planner),
  guard('the settings are the same', 'meaning', '    settings.sort(', '    [].sort(', planner),
  guard(
    'tables behind views are locked before the last look',
    'plan-messages',
    "    parse(`${name}_of`, Buffer.from(text, 'utf8'), types),\n",
    '',
    planner,
  ),
  guard(
    'a plan is made in a read-only transaction',
    'plan-messages',
    'READ COMMITTED READ ONLY;',
    'READ COMMITTED;',
    shown,
    'plans in a transaction',
  ),
  guard(
    'a plan has little time',
    'plan-messages',
    'SET LOCAL statement_timeout = ${String(statementTimeoutMs)}; ',
    '',
    shown,
    'plans in a transaction',
  ),
  guard(
    'a plan waits little for locks',
    'plan-messages',
    'SET LOCAL lock_timeout = ${String(lockTimeoutMs)}',
    '',
    shown,
    'does not wait long',
  ),
  guard(
    'a connection that plans logs in read-only',
    'target',
    'upstreamConfig(this.#resolved, access.shortId, named, true,',
    'upstreamConfig(this.#resolved, access.shortId, named, false,',
    shown,
    'plans in a transaction',
  ),
  guard(
    'an answer has bounds',
    'plan-connection',
    'if (this.#bytes > maxBytes)',
    'if (this.#bytes < 0)',
    failures,
    'more than is kept',
  ),
  guard(
    'a message has bounds',
    'plan-connection',
    'new FrameReader(maxBytes,',
    'new FrameReader(2 ** 31,',
    failures,
    'never ends',
  ),
  guard(
    'an end is noticed',
    'plan-connection',
    "    socket.on('close', () => this.#fail(new PlanFailure('unreachable')))\n",
    '',
    failures,
    'ends instead of answering',
  ),
  guard('queries beside a change are not its rows', 'plan-steps', '(?:Outer|Member)', '.*', steps),
  guard('a dot in a name is told from the one between two', 'plan-steps', '${segment(schema)}.', '${schema}.', steps),
  guard('a plan is looked at only so far', 'plan-steps', 'if (steps.length > maxSteps) return true\n', '', steps),
  guard(
    'a number fits',
    'plan-steps',
    'Math.min(Math.round(rows), Number.MAX_SAFE_INTEGER)',
    'Math.round(rows)',
    steps,
  ),
  guard('a node has words', 'plan-steps', "typeof name !== 'string' || ", '', steps),
  guard('a node has rows', 'plan-steps', "|| typeof rows !== 'number' || !(rows >= 0)", '', steps),
  ...estimateReachGuards,
]

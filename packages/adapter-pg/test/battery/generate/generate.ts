import type { Entry } from '../entry.js'
import { attachedEntries } from './attached.js'
import { changeEntries } from './changes.js'
import { changeContainers, type Container, queryContainers, utilityContainers } from './containers.js'
import { definitionEntries } from './definitions.js'
import { builtinCalls, capturedForms, type Payload, temporaryForms, userCalls, userForms } from './payloads.js'
import { plannedEntries } from './planned.js'
import { utilityEntries } from './utilities.js'

/** The whole battery: statement kinds × containers × hiding families. */
export function generate(): readonly Entry[] {
  const [write] = userCalls
  const draw = builtinCalls[0]
  const containers = [...queryContainers, ...changeContainers, ...utilityContainers]
  const entries = [
    // Every place, with a function that writes and with a sequence that is drawn from.
    ...cross(containers, [write, draw]),
    // Every disguise, in a plain place, in a place where nobody looks, and inside a change.
    ...cross(named('select list', 'INSERT SELECT'), userCalls.slice(1)),
    ...cross(named('select list', 'UPDATE SET'), userForms),
    ...cross(named('select list', 'LIMIT'), builtinCalls.slice(1)),
    ...cross(named('select list', 'JOIN ON'), capturedForms),
    ...cross(named('select list', 'WHERE'), temporaryForms),
    ...changeEntries(),
    ...attachedEntries(),
    ...plannedEntries(),
    ...definitionEntries(),
    ...watchedDefinitions(),
    ...utilityEntries(),
  ]
  const ids = new Set<string>()
  for (const { id } of entries) {
    if (ids.has(id)) throw new Error(`two entries are called "${id}"`)
    ids.add(id)
  }
  return entries
}

function named(...names: readonly string[]): readonly Container[] {
  return [...queryContainers, ...changeContainers, ...utilityContainers].filter(({ name }) => names.includes(name))
}

function cross(containers: readonly Container[], payloads: readonly (Payload | undefined)[]): Entry[] {
  return containers.flatMap((container) =>
    payloads
      .filter((payload) => payload !== undefined)
      .filter((payload) => payload.isCall === true || container.callOnly !== true)
      .map((payload): Entry => combine(container, payload)),
  )
}

function combine(container: Container, payload: Payload): Entry {
  const { world = 'base', family, expression, cleanup, needs, opening } = payload
  const setup = [...(container.setup ?? []), ...(payload.setup ?? [])]
  const since = Math.max(container.since ?? 0, payload.since ?? 0)
  const inTransaction = container.inTransaction ?? payload.inTransaction
  return {
    id: `${container.name} × ${payload.name}`,
    world,
    text: container.around(expression),
    family,
    container: container.name,
    ...(setup.length > 0 && { setup }),
    ...(opening !== undefined && { opening }),
    ...(cleanup !== undefined && { cleanup }),
    ...(needs !== undefined && { needs }),
    ...(since > 0 && { since }),
    ...(inTransaction !== undefined && { inTransaction }),
  }
}

/** Definitions where event triggers watch for them. */
function watchedDefinitions(): Entry[] {
  const statements = {
    'CREATE TABLE': 'create table made (id integer)',
    'CREATE TABLE AS': 'create table made as select 1 as v',
    'SELECT INTO': 'select 1 as v into made',
    'ALTER TABLE': 'alter table plain add column made integer',
    'rewriting ALTER TABLE': 'alter table scratch_table alter column a type bigint',
    'DROP TABLE': 'drop table scratch_table',
    'CREATE FUNCTION': 'create function made() returns integer language sql as $$select 1$$',
    COMMENT: `comment on table plain is 'x'`,
    GRANT: 'grant select on plain to helper',
    'CREATE INDEX': 'create index made on plain (a)',
    'REFRESH MATERIALIZED VIEW': 'refresh materialized view totals',
    'CREATE TEMP TABLE': 'create temp table made (id integer)',
    'ALTER DEFAULT PRIVILEGES': 'alter default privileges grant select on tables to agent',
    'DROP OWNED': 'drop owned by agent',
    'DROP CONSTRAINT of a domain': 'alter domain checked_int drop constraint checked_int_check',
    'DROP ATTRIBUTE': 'alter type with_checked drop attribute x',
    SELECT: 'select * from plain',
    INSERT: `insert into second values (50, 5, 'x')`,
  }
  return Object.entries(statements).map(([kind, text]) => ({
    id: `${kind} × event triggers`,
    world: 'watching',
    text,
    family: 'event trigger',
    container: kind,
  }))
}

import { fc } from '../support/properties.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { Analyst, readBuiltins, readCatalog, readSessionState } from './analyst.js'
import { changeContainers, type Container, queryContainers, utilityContainers } from './generate/containers.js'
import { withLabs } from './support.js'

/** A write that must be found, and the effect that says so. */
interface Write {
  readonly expression: string
  readonly effect: string
  /** Whether it fits where only a function call does. */
  readonly isCall: boolean
}

const writes: readonly Write[] = [
  { expression: 'f_write(1)', effect: 'execute function:public.f_write', isCall: true },
  { expression: 'other.f_hidden(1)', effect: 'execute function:other.f_hidden', isCall: true },
  { expression: `nextval('tickets')`, effect: 'write sequence:public.tickets', isCall: true },
  { expression: '(1 <+> 2)', effect: 'execute function:public.o_plus', isCall: false },
  { expression: '(!!! 5)', effect: 'execute function:public.o_prefix', isCall: false },
  { expression: '(1::checked_int)::integer', effect: 'execute function:public.d_check', isCall: false },
  {
    expression: '(select p::integer from pairs p1 (i, p) limit 1)',
    effect: 'execute function:public.k_explicit',
    isCall: false,
  },
  {
    expression: '(select p.attribute from plain p limit 1)',
    effect: 'execute function:public.attribute',
    isCall: false,
  },
  { expression: '(select trap_sum(id) from plain)', effect: 'execute function:public.trap_sum', isCall: false },
  { expression: '(select a from calling_view limit 1)', effect: 'execute function:public.f_write', isCall: false },
  { expression: `lo_unlink(4711)`, effect: 'delete largeobject:*', isCall: true },
  { expression: 'pg_advisory_xact_lock_shared(1, 2)', effect: 'execute lock:advisory', isCall: true },
  {
    expression: '(with d as (delete from plain returning id) select id from d limit 1)',
    effect: 'delete table:public.plain',
    isCall: false,
  },
  {
    expression: `(with d as (insert into second values (70, 7, 'x')) select 1)`,
    effect: 'write table:public.second',
    isCall: false,
  },
  {
    expression: '(with u as (update "Odd ""Name" set "select" = null returning 1 as one) select one from u)',
    effect: 'write table:public.Odd "Name',
    isCall: false,
  },
]

/** Where an expression can be part of another one. Queries become expressions by being counted. */
const around: readonly ((x: string) => string)[] = [
  ...queryContainers
    .filter(({ callOnly }) => callOnly !== true)
    .map(
      ({ around: query }) =>
        (x: string): string =>
          `(select count(*)::integer from (${query(x)}) as nested)`,
    ),
  (x) => `(${x})`,
  (x) => `(${x} + 0)`,
  (x) => `(- ${x})`,
  (x) => `(case when ${x} is null then 1 else 2 end)`,
  (x) => `(case when true then 1 end + (select count(*)::integer from plain where id = ${x}))`,
  (x) => `(1 + length(${x}::text))`,
  (x) => `abs(round(${x})::integer)`,
  (x) => `(array[${x}, 2])[1]`,
  (x) => `((${x})::bigint)::integer`,
  (x) => `(select max(v) from (values (${x})) as t (v))`,
  (x) => `(select sum(n) filter (where n = ${x}) from generate_series(1, 3) as n)`,
]

const everyContainer: readonly Container[] = [...queryContainers, ...changeContainers, ...utilityContainers]
const cases = process.env['CI'] === undefined ? 2000 : 200
const seed = Number(process.env['BOTHKEYS_SEED'] ?? Math.trunc(Math.random() * 2 ** 31))

const nesting = fc.record({
  write: fc.constantFrom(...writes),
  inner: fc.array(fc.constantFrom(...around), { maxLength: 5 }),
  outer: fc.constantFrom(...everyContainer),
})

let analyst: Analyst

beforeAll(async () => {
  analyst = await withLabs(1, async ([lab]) => {
    if (lab === undefined) throw new Error('no server was started')
    return lab.withCopy('base', async (client) => {
      const catalog = await readCatalog(client, await readBuiltins(client))
      return new Analyst(catalog, await readSessionState(client))
    })
  })
  await analyst.note('prepare known(integer) as select $1 as v')
}, 120_000)

describe('a write anywhere inside anything', () => {
  it(`is found, in ${String(cases)} nestings from seed ${String(seed)}`, { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(nesting, async ({ write, inner, outer }) => {
        const expression = inner.reduce((x, wrap) => wrap(x), write.expression)
        const fits = outer.callOnly !== true || (write.isCall && inner.length === 0)
        fc.pre(fits)
        const { effects } = await analyst.effectsOf(outer.around(expression))
        const said = effects.map(({ duty, resource }) => `${duty} ${resource.replaceAll('"Odd ""Name"', 'Odd "Name')}`)
        const isOpaque = effects.some(({ duty }) => duty === 'opaque')
        expect(isOpaque || said.includes(write.effect), `only said: ${said.join(', ')}`).toBe(true)
      }),
      { seed, numRuns: cases },
    )
  })

  it('is found in each place by itself, too', async () => {
    for (const write of writes) {
      for (const container of everyContainer) {
        if (container.callOnly === true && !write.isCall) continue
        const text = container.around(write.expression)
        const { effects } = await analyst.effectsOf(text)
        const said = effects.map(({ duty, resource }) => `${duty} ${resource.replaceAll('"Odd ""Name"', 'Odd "Name')}`)
        const found = said.includes(write.effect) || effects.some(({ duty }) => duty === 'opaque')
        expect(found, `${text}\nonly said: ${said.join(', ')}`).toBe(true)
      }
    }
  })
})

import { builtInDetectors } from '@bothkeys/core/masking'
import type pg from 'pg'
import type { Variant } from '../interleave.js'
import { interleave, runFor } from '../interleave.js'
import type { Stage } from '../stage.js'
import { openStage } from '../stage.js'
import { estimate, pairwise } from '../statistics.js'
import type { Benchmark } from '../table.js'
import { ratioText, verdict } from '../table.js'

const rows = 100_000

/** Ten columns, six of them texts, none of which a detector finds anything in. */
const people = `
create table people as
  select i as id, i % 1000 as customer, i * 1.5 as total, now() as placed_at, 'open' as status, md5(i::text) as digest,
    'street ' || i as street, 'city ' || i % 500 as city, 'person ' || i as name, 'paid by invoice ' || i as note
  from generate_series(1, ${String(rows)}) i;
analyze people;
`

/** The digest under a name that says that it is a secret, which it then is. */
const named = 'select id, customer, total, placed_at, status, digest as token, street, city, name, note from people'

interface Row {
  readonly name: string
  readonly digest?: string
  readonly token?: string
}

/** Of the first row. */
const digest = 'c4ca4238a0b923820dcc509a6f75849b'

type Name = 'raw' | 'columns' | 'detectors' | 'found'

/** 100,000 rows of 10 columns of which the policy masks some. */
export const maskedResult: Benchmark = {
  name: 'masked-result',
  async measure({ rounds, server }) {
    const stage = await openStage(server, people)
    try {
      const detectors = await stage.governed('memory', [detecting])
      const samples = await interleave(
        [
          variant('raw', await stage.raw()),
          variant('columns', await maskingColumns(stage)),
          variant('detectors', detectors),
          variant('found', detectors, named),
        ],
        { rounds, turns: 1, perTurn: 1, before: () => globalThis.gc?.() },
      )
      const ratioOf = (name: Name): ReturnType<typeof estimate> =>
        estimate(pairwise(samples[name], samples.raw, (one, raw) => one / raw))
      const [columns, looked] = [ratioOf('columns'), ratioOf('detectors')]
      return {
        title: 'Masked result',
        method: `\`select * from people\`: 100,000 rows of 10 columns, 6 of them texts: ÷ raw \`pg\` (${estimate(samples.raw).median.toFixed(0)} ms). \`street\` is masked by \`partial\` and \`name\` by \`redact\`; all ${String(builtInDetectors.size)} built-in detectors look at the 6 texts, one of them 32 hexadecimal digits, and find nothing; then that one is called \`token\`, and all of its values are masked. ${String(rounds)} rounds.`,
        rows: [
          {
            figure: '2 masked columns ÷ raw',
            goal: '≤ 1.60',
            accepted: '',
            measured: ratioText(columns),
            verdict: verdict(columns.median, 1.6),
          },
          {
            figure: 'detectors on 6 text columns ÷ raw',
            goal: '≤ 2.20',
            accepted: '',
            measured: ratioText(looked),
            verdict: verdict(looked.median, 2.2),
          },
          {
            figure: 'one of them found in each row ÷ raw',
            goal: '',
            accepted: '',
            measured: ratioText(ratioOf('found')),
            verdict: '',
          },
        ],
      }
    } finally {
      await stage.close()
    }
  },
  async work({ server }, milliseconds) {
    const stage = await openStage(server, people)
    try {
      return await runFor(milliseconds, variant('columns', await maskingColumns(stage)).run)
    } finally {
      await stage.close()
    }
  },
}

const detecting = { id: 'found', target: 'shop', detect: [...builtInDetectors.keys()], with: 'redact' }

function maskingColumns(stage: Stage): Promise<pg.Client> {
  return stage.governed('memory', [
    { id: 'streets', target: 'shop', columns: ['public.people.street'], with: { partial: { keepLast: 2 } } },
    { id: 'names', target: 'shop', columns: ['public.people.name'], with: 'redact' },
  ])
}

function variant(name: Name, client: pg.Client, statement = 'select * from people'): Variant<Name> {
  return {
    name,
    run: async () => {
      const { rows: read } = await client.query<Row>(statement)
      if (read.length !== rows) throw new Error(`${name}: ${String(read.length)} rows`)
      const [first] = read
      const isMasked = first?.name !== 'person 1' || (first.digest ?? first.token) !== digest
      const wanted = name === 'columns' || name === 'found'
      if (isMasked !== wanted) throw new Error(`${name}: not as the policy says`)
    },
  }
}

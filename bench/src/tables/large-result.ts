import type pg from 'pg'
import type { Variant } from '../interleave.js'
import { interleave, runFor } from '../interleave.js'
import { openStage } from '../stage.js'
import { estimate, pairwise } from '../statistics.js'
import type { Benchmark, Row } from '../table.js'
import { ratioText, verdict } from '../table.js'

const rows = 100_000

/** What the benchmark of many rows reads from. */
export const wideTable: string = `
create table wide as
  select i as id, i % 1000 as customer, i * 1.5 as total, 'open' as status, now() as placed_at, md5(i::text) as token,
    i % 7 = 0 as gift, 'street ' || i as street, 'city ' || i % 500 as city, null::text as note
  from generate_series(1, ${String(rows)}) i;
analyze wide;
`
type Name = 'raw' | 'bare' | 'governed'

/** A result of 100,000 rows of 10 columns, whole in memory. */
export const largeResult: Benchmark = {
  name: 'large-result',
  async measure({ rounds, server }) {
    const stage = await openStage(server, wideTable)
    try {
      const samples = await interleave(
        [
          variant('raw', await stage.raw()),
          variant('bare', await stage.bare()),
          variant('governed', await stage.governed('memory')),
        ],
        // Nobody pays for the garbage of the one before.
        { rounds, turns: 1, perTurn: 1, before: () => globalThis.gc?.() },
      )
      const ratio = (name: Name): ReturnType<typeof estimate> =>
        estimate(pairwise(samples[name], samples.raw, (one, raw) => one / raw))
      const governed = ratio('governed')
      const bare: Row = {
        figure: 'bare duplex ÷ raw',
        goal: '',
        accepted: '',
        measured: ratioText(ratio('bare')),
        verdict: '',
      }
      return {
        title: 'Large result',
        method: `\`select * from wide\`: 100,000 rows of 10 columns, none of them masked: ÷ raw \`pg\` (${estimate(samples.raw).median.toFixed(0)} ms). ${String(rounds)} rounds.`,
        rows: [
          bare,
          {
            figure: 'governed ÷ raw',
            goal: '≤ 1.10',
            accepted: '',
            measured: ratioText(governed),
            verdict: verdict(governed.median, 1.1),
          },
        ],
      }
    } finally {
      await stage.close()
    }
  },
  async work({ server }, milliseconds) {
    const stage = await openStage(server, wideTable)
    try {
      return await runFor(milliseconds, variant('governed', await stage.governed('memory')).run)
    } finally {
      await stage.close()
    }
  },
}

function variant(name: Name, client: pg.Client): Variant<Name> {
  return {
    name,
    run: async () => {
      const result = await client.query('select * from wide')
      if (result.rows.length !== rows) throw new Error(`${name}: ${String(result.rows.length)} rows`)
    },
  }
}

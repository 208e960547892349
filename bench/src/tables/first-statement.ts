import type pg from 'pg'
import type { Variant } from '../interleave.js'
import { interleave, runFor } from '../interleave.js'
import { openStage } from '../stage.js'
import { estimate, pairwise } from '../statistics.js'
import type { Benchmark, Row } from '../table.js'
import { micros, ratioText, verdict } from '../table.js'

type Shape = (tag: string) => string
type Name = `${'raw' | 'governed'}-${'small' | 'join'}`

/** Every text is sent once: it has to be parsed and analysed anew. */
const shapes: Readonly<Record<'small' | 'join', Shape>> = {
  small: (tag) => `select id, customer, total, status as ${tag} from orders where id = $1`,
  join: (tag) =>
    `select "o"."id" as "${tag}", "o"."total", "o"."status", "c"."id" as "c_id", "c"."name" as "c_name" from "orders" as "o" ` +
    `inner join "customers" as "c" on "c"."id" = "o"."customer" where "o"."id" = $1 and "o"."status" <> 'void' ` +
    `order by "o"."id" desc limit 20`,
}

/** The first statement of a text that was never seen before. */
export const firstStatement: Benchmark = {
  name: 'first-statement',
  async measure({ rounds, server }) {
    const stage = await openStage(server)
    try {
      const [raw, governed] = [await stage.raw(), await stage.governed('memory')]
      const variants: readonly Variant<Name>[] = [
        variant('raw-small', raw, shapes.small),
        variant('governed-small', governed, shapes.small),
        variant('raw-join', raw, shapes.join),
        variant('governed-join', governed, shapes.join),
      ]
      const samples = await interleave(variants, { rounds, turns: 20, perTurn: 10 })
      const row = (figure: string, governedName: Name, rawName: Name): Row => {
        const ratio = estimate(pairwise(samples[governedName], samples[rawName], (one, other) => one / other))
        const added = estimate(pairwise(samples[governedName], samples[rawName], (one, other) => one - other))
        return {
          figure,
          goal: '≤ 2.00',
          accepted: '',
          measured: `${ratioText(ratio)}, +${micros(added.median)} µs`,
          verdict: verdict(ratio.median, 2),
        }
      }
      return {
        title: 'First statement of a new text',
        method: `Each text is sent once, so it is parsed and analysed anew: ÷ raw \`pg\` sending texts of the same shape (${micros(estimate(samples['raw-small']).median)} and ${micros(estimate(samples['raw-join']).median)} µs). ${String(rounds)} rounds of 200 texts of each kind.`,
        rows: [
          row('small SELECT ÷ raw', 'governed-small', 'raw-small'),
          row('join as an ORM writes it ÷ raw', 'governed-join', 'raw-join'),
        ],
      }
    } finally {
      await stage.close()
    }
  },
  async work({ server }, milliseconds) {
    const stage = await openStage(server)
    try {
      return await runFor(milliseconds, variant('governed-join', await stage.governed('memory'), shapes.join).run)
    } finally {
      await stage.close()
    }
  },
}

function variant(name: Name, client: pg.Client, shape: Shape): Variant<Name> {
  return { name, run: (index) => client.query(shape(`n${String(index)}`), [1 + (index % 20_000)]) }
}

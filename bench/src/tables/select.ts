import type pg from 'pg'
import type { Variant } from '../interleave.js'
import { interleave, runFor } from '../interleave.js'
import { openStage } from '../stage.js'
import { estimate, pairwise } from '../statistics.js'
import type { Benchmark, Row } from '../table.js'
import { micros, ratioText, verdict } from '../table.js'

type Name = 'raw' | 'bare' | 'memory' | 'file'

/** A small parameterised SELECT on loopback, one after the other. */
export const select: Benchmark = {
  name: 'select',
  async measure({ rounds, server }) {
    const stage = await openStage(server)
    try {
      const variants: readonly Variant<Name>[] = [
        variant('raw', await stage.raw()),
        variant('bare', await stage.bare()),
        variant('memory', await stage.governed('memory')),
        variant('file', await stage.governed('file')),
      ]
      const samples = await interleave(variants, { rounds, turns: 25, perTurn: 20 })
      const row = (figure: string, name: Name, goal?: number, accepted?: number): Row => {
        const ratio = estimate(pairwise(samples[name], samples.raw, (one, raw) => one / raw))
        const added = estimate(pairwise(samples[name], samples.raw, (one, raw) => one - raw))
        return {
          figure,
          goal: goal === undefined ? '' : `≤ ${goal.toFixed(2)}`,
          accepted: accepted === undefined ? '' : `≤ ${accepted.toFixed(2)}`,
          measured: `${ratioText(ratio)}, +${micros(added.median)} µs`,
          verdict: goal === undefined ? '' : verdict(ratio.median, goal, accepted),
        }
      }
      return {
        title: 'Small parameterised SELECT',
        method: `\`${text}\` on loopback, one client, one after the other: ÷ raw \`pg\` (${micros(estimate(samples.raw).median)} µs). ${String(rounds)} rounds of 500 statements of each kind.`,
        rows: [
          row('bare duplex ÷ raw', 'bare'),
          row('governed, memory journal ÷ raw', 'memory', 1.15, 1.3),
          row('governed, file journal ÷ raw', 'file', 1.25, 1.35),
        ],
      }
    } finally {
      await stage.close()
    }
  },
  async work({ server }, milliseconds) {
    const stage = await openStage(server)
    try {
      return await runFor(milliseconds, variant('file', await stage.governed('file')).run)
    } finally {
      await stage.close()
    }
  },
}

const text = 'select id, customer, total, status from orders where id = $1'

function variant(name: Name, client: pg.Client): Variant<Name> {
  return { name, run: (index) => client.query(text, [1 + ((index * 7919) % 20_000)]) }
}

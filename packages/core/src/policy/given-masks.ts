import type { ColumnSource, Lineage, OutputLineage } from '../model/lineage.js'
import type { GivenMasks, HiddenGiven, HidingObligation } from '../model/mask-obligation.js'
import type { MaskSet } from './mask-set.js'

/** What masks hide of an action with this lineage from whoever is asked about it. */
export function hiding(masks: MaskSet, lineage: Lineage | undefined): HidingObligation {
  return Object.freeze({ rules: masks.ids, given: givenMasks(masks, lineage) })
}

/**
 * Which values that an action gives meet a masked column: they are compared with one, written to one, or beside one in what is given
 * back. What nobody can tell meets every column that is more than given back. Without a lineage: any column.
 */
function givenMasks(masks: MaskSet, lineage: Lineage | undefined): GivenMasks {
  const met = idsOf(masks, lineage === undefined ? [anything] : metBy(lineage))
  if (lineage?.given === undefined) return met.length === 0 ? nothing : Object.freeze({ all: met })
  const some = lineage.given.flatMap(({ columns, place }): readonly HiddenGiven[] => {
    const rules = columns === undefined ? met : idsOf(masks, columns)
    return rules.length === 0 ? [] : [Object.freeze({ place, rules })]
  })
  return Object.freeze({ some: Object.freeze(some) })
}

const anything: ColumnSource = Object.freeze({ resource: '*', column: '*' })
const nothing: GivenMasks = Object.freeze({ some: Object.freeze([]) })

/** What is given back as it stands meets no value. */
function metBy({ elsewhere, lookups, outputs, read, written }: Lineage): readonly ColumnSource[] {
  const made = outputs === undefined ? read : outputs.flatMap(sourcesMade)
  return [...elsewhere, ...lookups, ...(written ?? [anything]), ...made]
}

function sourcesMade({ plain, sources }: OutputLineage): readonly ColumnSource[] {
  return plain ? [] : sources
}

function idsOf(masks: MaskSet, sources: readonly ColumnSource[]): readonly string[] {
  return Object.freeze([...new Set(sources.flatMap((source) => masks.rulesFor(source).map(({ id }) => id)))])
}

import type { DenialReason } from '../model/decision.js'
import type { Effect } from '../model/effect.js'
import type { ColumnSource, Lineage, OutputLineage } from '../model/lineage.js'
import type { CountedLookup, MaskObligation, OutputMask } from '../model/mask-obligation.js'
import type { MaskSet } from './mask-set.js'
import { columnText, isAnyColumn } from './mask-set.js'
import { isSameOperator } from './masks.js'
import { attributeOf, isList } from './match.js'
import type { MaskRule } from './mask-rule.js'

/** What masks come to for one action. */
export interface MaskRuling {
  readonly reasons: readonly DenialReason[]
  readonly obligation: MaskObligation
}

/** Rules on masks, and remembers it for each lineage: the same text is sent again and again. */
export class MaskRulings {
  readonly #masks: MaskSet
  readonly #known = new WeakMap<Lineage, MaskRuling>()
  readonly #untold: MaskObligation

  constructor(masks: MaskSet) {
    this.#masks = masks
    this.#untold = obligation(masks, undefined, undefined, [])
  }

  /** Throws for a lineage that is none. */
  of(lineage: Lineage | undefined, effects: readonly Effect[]): MaskRuling {
    if (lineage === undefined) return { reasons: this.#untraced(effects), obligation: this.#untold }
    const known = this.#known.get(lineage)
    if (known !== undefined) return known
    const ruling = rulingOn(this.#masks, lineage)
    if (Object.isFrozen(lineage)) this.#known.set(lineage, ruling)
    return ruling
  }

  /** Where nobody can tell where values go, nothing that is masked is read. */
  #untraced(effects: readonly Effect[]): readonly DenialReason[] {
    if (!this.#masks.masksColumns) return []
    const reasons: DenialReason[] = []
    for (const effect of effects) {
      const rules = rulesRead(this.#masks, effect)
      for (const { id } of rules) {
        reasons.push({ rule: id, reason: `${id} masks what it may read, and where that goes cannot be told`, effect })
      }
    }
    return reasons
  }
}

/** The rules about what an effect may read, by the columns that it names. */
export function rulesRead(masks: MaskSet, effect: Effect): readonly MaskRule[] {
  const { duty, resource } = effect
  // A program, and what nobody understands, may read anything.
  if (duty === 'opaque' || duty === 'execute') return masks.rulesFor({ resource: '*', column: '*' })
  if (duty !== 'read' && duty !== 'transfer') return []
  const inRelation = masks.rulesIn(resource)
  const columns = attributeOf(effect, 'columns')
  if (inRelation.length === 0 || !isList(columns)) return inRelation
  return [...new Set(columns.flatMap((column) => masks.rulesFor({ resource, column })))]
}

function rulingOn(masks: MaskSet, lineage: Lineage): MaskRuling {
  const { elsewhere, lookups, outputs, read, relations } = lineage
  const reasons = new Map<string, DenialReason>()
  const refuse = ({ id }: MaskRule, reason: string): void => {
    reasons.set(`${id} ${reason}`, Object.freeze({ rule: id, reason, effect: undefined }))
  }
  const isUsed = (source: ColumnSource, rule: MaskRule): void => {
    refuse(rule, `${whatIs(source, rule)}: it may be given back, not compared, ordered, grouped or copied`)
  }
  for (const source of elsewhere) for (const rule of masks.rulesFor(source)) isUsed(source, rule)
  const counted = new Map<string, number>()
  for (const { values, written, ...source } of lookups) {
    for (const rule of masks.rulesFor(source)) {
      if (!(Number.isSafeInteger(values) && values > 0)) isUsed(source, rule)
      else if (rule.lookup === undefined) {
        if (written === true) refuse(rule, `${whatIs(source, rule)}: ${toldByWriting}`)
        else isUsed(source, rule)
      } else counted.set(rule.id, (counted.get(rule.id) ?? 0) + values)
    }
  }
  for (const { columns, resource } of relations) {
    for (const { column, rule, text } of masks.namedIn(resource)) {
      if (!columns.includes(column)) refuse(rule, `${rule.id} masks ${text}, which is not there any more`)
    }
  }
  const every = outputs === undefined ? maskOf(masks, { sources: read, plain: false }) : undefined
  const each = outputs?.map((output) => maskOf(masks, output))
  const wanted = [...counted].map(([rule, values]) => Object.freeze({ rule, values }))
  return Object.freeze({
    reasons: Object.freeze([...reasons.values()]),
    obligation: obligation(masks, each, every, wanted),
  })
}

const toldByWriting = 'writing it tells whether a value is there, which needs a lookup budget'

function whatIs(source: ColumnSource, { id }: MaskRule): string {
  return isAnyColumn(source) ? `what ${id} masks may be read here` : `${columnText(source)} is masked by ${id}`
}

function maskOf(masks: MaskSet, { plain, sources }: OutputLineage): OutputMask | undefined {
  const rules = [...new Set(sources.flatMap((source) => masks.rulesFor(source)))]
  const [first] = rules
  if (first === undefined) return undefined
  const shown = plain && !sources.some(isAnyColumn) && rules.every((rule) => isSameOperator(first, rule))
  return Object.freeze({ rules: Object.freeze(rules.map(({ id }) => id)), whole: !shown })
}

function obligation(
  masks: MaskSet,
  outputs: MaskObligation['outputs'],
  every: OutputMask | undefined,
  lookups: readonly CountedLookup[],
): MaskObligation {
  return Object.freeze({
    inForce: masks.ids,
    outputs: outputs && Object.freeze(outputs),
    every,
    lookups: Object.freeze(lookups),
  })
}

import type { Findings, FindingLevel } from './finding.js'
import { isList, isObject, type Spot } from './spot.js'

/** What a value must look like to be read. `any` is not looked at. */
export type Shape = 'any' | 'flag' | 'text' | 'number' | { readonly list: Shape } | { readonly fields: Fields }
export type Fields = Readonly<Record<string, Shape>>

/** How strictly a shape is asked for: who reports at which level, and whether other fields may be there. */
export interface ShapeRules {
  readonly level: FindingLevel
  readonly others: 'refused' | 'allowed'
}

/**
 * Reports what does not have its shape (`malformed`), and fields that are not known (`unknownField`): what checks do not read must
 * not be taken for harmless. Where other fields may be, one that differs only in case from a known one is still reported, because
 * some readers do not tell them apart.
 */
export function checkShape(spot: Spot, shape: Shape, rules: ShapeRules, findings: Findings): void {
  if (!spot.isSet || shape === 'any') return
  const { value } = spot
  if (shape === 'flag' || shape === 'text' || shape === 'number') {
    if (typeof value !== typeOf[shape]) malformed(spot, `a ${typeOf[shape]}`, rules, findings)
  } else if ('list' in shape) {
    if (!isList(value)) return malformed(spot, 'a list', rules, findings)
    for (const member of spot.members) checkShape(member, shape.list, rules, findings)
  } else {
    if (!isObject(value)) return malformed(spot, 'an object', rules, findings)
    for (const [key, below] of spot.entries) checkField(key, below, shape.fields, rules, findings)
  }
}

const typeOf = { flag: 'boolean', text: 'string', number: 'number' } as const

function malformed(spot: Spot, wanted: string, rules: ShapeRules, findings: Findings): void {
  findings.add(rules.level, 'malformed', spot.path, `is not ${wanted}, so that it cannot be judged`)
}

function checkField(key: string, spot: Spot, fields: Fields, rules: ShapeRules, findings: Findings): void {
  const shape = Object.hasOwn(fields, key) ? fields[key] : undefined
  if (shape !== undefined) return checkShape(spot, shape, rules, findings)
  if (!spot.isSet) return
  if (rules.others === 'refused' || isKnownInOtherCase(key, fields))
    findings.add(rules.level, 'unknownField', spot.path, 'is a field that is not known, so that it cannot be judged')
}

const lowerNames = new WeakMap<Fields, ReadonlySet<string>>()

function isKnownInOtherCase(key: string, fields: Fields): boolean {
  let names = lowerNames.get(fields)
  if (names === undefined) {
    names = new Set(Object.keys(fields).map((name) => name.toLowerCase()))
    lowerNames.set(fields, names)
  }
  return names.has(key.toLowerCase())
}

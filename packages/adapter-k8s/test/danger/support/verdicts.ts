import type { JsonObject } from '../../../src/json.js'
import type { Finding } from '../../../src/danger/finding.js'
import { dangersOfObject, type ObjectContext } from '../../../src/danger/object.js'

/** A named case: an object, and exactly what is found about it, as `level/check`. */
export interface Case {
  readonly name: string
  readonly object: JsonObject
  readonly finds: readonly string[]
  readonly context?: Partial<ObjectContext>
  readonly podSecurity?: 'privileged' | 'baseline' | 'restricted'
}

export function dangers(object: JsonObject, context: Partial<ObjectContext> = {}) {
  const found = dangersOfObject(object, { before: 'new', ...context })
  if ('refused' in found) throw new Error(`refused: ${found.refused}`)
  return found
}

/** The checks that found something, each once, in order. */
export function checksOf(findings: readonly Finding[]): readonly string[] {
  return Array.from(new Set(findings.map(({ level, check }) => `${level}/${check}`))).toSorted()
}

export function pathsOf(findings: readonly Finding[], check: string): readonly string[] {
  return findings.filter((finding) => finding.check === check).map(({ path }) => path)
}

import { HarmlessTexts } from './harmless-texts.js'
import { type Masking, usualLimits } from './mask-context.js'
import { PlainMemory } from './plain-memory.js'

/** What was looked at, and is shown as it is. */
export interface HarmlessMemory {
  readonly texts: HarmlessTexts
  /** Keys that no detector finds anything in. */
  readonly keys: Set<string>
  /** The same in bytes. */
  readonly plain: PlainMemory
}

/** Of answers in which nobody looks with detectors, for all of which the same is harmless. */
const withoutDetectors = newMemory()

/** Of answers in which the same detectors look, for so many of them at a time. */
const byFinder = new WeakMap<object, HarmlessMemory>()
const mostFinders = 16
const finders: WeakRef<object>[] = []

/** What answers that are masked alike share: nothing in it depends on where a text was but for its field. */
export function harmlessMemory({ keepsManagedFields, limits, texts }: Masking): HarmlessMemory {
  const hasUsualLimits = limits.nested === usualLimits.nested && limits.deepest === usualLimits.deepest
  if (keepsManagedFields || !hasUsualLimits) return newMemory()
  if (texts === undefined) return withoutDetectors
  const { finder } = texts
  if (finder === undefined) return newMemory()
  const known = byFinder.get(finder)
  if (known !== undefined) return known
  const made = newMemory()
  byFinder.set(finder, made)
  finders.push(new WeakRef(finder))
  const oldest = finders.length > mostFinders ? finders.shift()?.deref() : undefined
  if (oldest !== undefined) byFinder.delete(oldest)
  return made
}

function newMemory(): HarmlessMemory {
  return { texts: new HarmlessTexts(), keys: new Set(), plain: new PlainMemory() }
}

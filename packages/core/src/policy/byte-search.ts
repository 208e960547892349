import type { DecisionInput } from '../model/decision.js'
import type { Restriction } from './rules.js'
import type { TextPattern } from './text-pattern.js'
import type { TextSearches } from './text-searches.js'

/**
 * What the patterns searched for one action may cost together: for each, the characters that it is searched in times the size
 * of its program, which is the most that a search takes. Nothing else is decided meanwhile.
 */
const mostSteps = 2 ** 26

/** Why an action is denied by a rule whose patterns nobody searched. */
export const tooLongToSearch = 'the text is too long to be searched for what the rule looks for'

/** The search for what deny and hold rules look for in the text and the arguments of one action. */
export class ByteSearch {
  readonly #input: DecisionInput
  readonly #texts: TextSearches
  readonly #known = new Map<Restriction, 'found' | 'missing' | 'too-long'>()
  /** Also spent by what is remembered of the text: a decision depends on nothing but the action and the policy. */
  #left = mostSteps

  constructor(input: DecisionInput, texts: TextSearches) {
    this.#input = input
    this.#texts = texts
  }

  /** Whether the text and the arguments are ones that a rule looks for. Each rule is searched for once. */
  of(rule: Restriction): 'found' | 'missing' | 'too-long' {
    const known = this.#known.get(rule)
    if (known !== undefined) return known
    const result = this.#search(rule)
    this.#known.set(rule, result)
    return result
  }

  #search({ argv: wanted, text }: Restriction): 'found' | 'missing' | 'too-long' {
    const argv = this.#input.argv ?? []
    const steps = sizeOf(text) * this.#input.text.length + sizeOf(wanted) * lengthOf(argv)
    if (steps > this.#left) return 'too-long'
    this.#left -= steps
    if (text !== undefined) {
      const search = this.#texts.of(this.#input.text)
      if (!text.some((pattern) => search.found(pattern))) return 'missing'
    }
    const isFound = wanted?.some((pattern) => argv.some((argument) => pattern.found(argument))) ?? true
    return isFound ? 'found' : 'missing'
  }
}

function sizeOf(patterns: readonly TextPattern[] = []): number {
  return patterns.reduce((sum, { size }) => sum + size, 0)
}

function lengthOf(argv: readonly string[]): number {
  return argv.reduce((sum, { length }) => sum + length, 0)
}

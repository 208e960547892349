import type { Detector } from './masking/detector.js'
import { cellScreen } from './masking/cell-screen.js'
import { detectorsNamed } from './masking/detectors/built-in-detectors.js'
import type { Masker } from './masking/masker.js'
import { createMasker } from './masking/masker.js'
import type { MaskKey, Operator } from './masking/operator.js'
import type { CustomMask } from './masking/operators/custom.js'
import type { OperatorParts } from './masking/operators/parse-operator.js'
import { createOperator } from './masking/operators/parse-operator.js'
import { redactedAs } from './masking/operators/guarded.js'
import { BothKeysError } from './errors.js'
import type { Clock } from './model/clock.js'
import type { MaskObligation, OutputMask } from './model/mask-obligation.js'
import type { Principal } from './model/principal.js'
import type { CellMask, ContentMask, ResultMasks } from './model/result-masks.js'
import type { CompiledPolicy } from './policy/compiled.js'
import { MaskSet } from './policy/mask-set.js'
import type { MaskRule } from './policy/mask-rule.js'

/** What masks are made with. */
export interface MaskMaterials {
  readonly key: MaskKey
  readonly custom: Readonly<Record<string, CustomMask>>
  readonly clock: Pick<Clock, 'monotonicMs'>
}

/** What was masked of one result, for the record. */
export interface MaskedCells {
  readonly cells: number
  readonly rules: readonly string[]
}

/** The masks of one result, which count. */
export interface CountedMasks extends ResultMasks {
  /** Undefined: nothing was masked. */
  noted(): MaskedCells | undefined
}

/** Makes the masks of results, and remembers what is the same for every action of a session with the same lineage. */
export class ResultMasking {
  readonly #materials: MaskMaterials
  readonly #sessions = new WeakMap<Principal, SessionMasks>()

  constructor(materials: MaskMaterials) {
    this.#materials = materials
  }

  /** Throws ERR_INTERNAL for an obligation of another policy, and ERR_CONFIG_INVALID for a mask that there is not. */
  of(principal: Principal, policy: CompiledPolicy, obligation: MaskObligation): CountedMasks {
    return new PermitMasks(this.#session(principal).of(policy, obligation))
  }

  /** Finds what rules detect. Undefined: none of them does. Throws as `of` does. */
  detecting(principal: Principal, policy: CompiledPolicy, rules: readonly string[]): Detecting | undefined {
    return this.#session(principal).detecting(policy, rules)
  }

  #session(principal: Principal): SessionMasks {
    let session = this.#sessions.get(principal)
    if (session === undefined) {
      session = new SessionMasks({ ...this.#materials, scope: principal.run.root })
      this.#sessions.set(principal, session)
    }
    return session
  }
}

/** What rules find in texts. */
export interface Detecting {
  readonly masker: Pick<Masker, 'findings' | 'text' | 'json' | 'stream'>
  readonly detect: readonly Detector[]
  readonly rules: readonly string[]
  /** The rules that look for what was found: all of them where nobody could look. */
  readonly rulesFor: (type: string) => readonly string[]
}

/** What does not change from one result to the next. */
interface MaskParts {
  readonly set: MaskSet
  readonly outputs: readonly (CellMask | undefined)[] | undefined
  readonly every: CellMask | undefined
  readonly content: Detecting | undefined
  /** The rules that mask a column of the result. */
  readonly rules: readonly string[]
}

/** The masks of one session: its keyed operators are those of its root run (RULES 30). */
class SessionMasks {
  readonly #binding: OperatorParts
  readonly #operators = new WeakMap<MaskRule, Operator>()
  readonly #parts = new WeakMap<MaskObligation, MaskParts>()
  /** By the ids of rules, which are the same list for every action. */
  readonly #content = new WeakMap<readonly string[], { readonly detecting: Detecting | undefined }>()

  constructor(binding: OperatorParts) {
    this.#binding = binding
  }

  of(policy: CompiledPolicy, obligation: MaskObligation): MaskParts {
    const known = this.#parts.get(obligation)
    if (known !== undefined) return known
    const ruleOf = (id: string): MaskRule => ruleIn(policy, id)
    const { every, inForce, outputs } = obligation
    const cell = (output: OutputMask | undefined): CellMask | undefined =>
      output && this.#cellMask(output.rules.map(ruleOf), output.whole)
    const parts: MaskParts = {
      set: new MaskSet(inForce.map(ruleOf)),
      outputs: outputs?.map(cell),
      every: cell(every),
      content: this.detecting(policy, inForce),
      rules: [...new Set([...(outputs ?? []), every].flatMap((output) => output?.rules ?? []))],
    }
    this.#parts.set(obligation, parts)
    return parts
  }

  detecting(policy: CompiledPolicy, ids: readonly string[]): Detecting | undefined {
    const known = this.#content.get(ids)
    if (known !== undefined) return known.detecting
    const detecting = this.#detectingOf(ids.map((id) => ruleIn(policy, id)))
    this.#content.set(ids, { detecting })
    return detecting
  }

  #cellMask(rules: readonly MaskRule[], whole: boolean): CellMask {
    const [first] = rules
    if (whole || first === undefined) {
      const text = wholeText(rules)
      return Object.freeze({ whole: true, mask: () => text })
    }
    const operator = this.#operatorOf(first)
    const context = contextOf(first)
    return Object.freeze({ whole: false, mask: (text: string) => operator.mask(text, context) })
  }

  #operatorOf(rule: MaskRule): Operator {
    const known = this.#operators.get(rule)
    if (known !== undefined) return known
    const made = createOperator(rule.operator, this.#binding, [...rule.path, 'with'])
    this.#operators.set(rule, made)
    return made
  }

  #detectingOf(rules: readonly MaskRule[]): Detecting | undefined {
    const detecting = rules.filter(({ detect }) => detect.length > 0)
    if (detecting.length === 0) return undefined
    const byType = Object.fromEntries(detecting.flatMap(({ detect, source }) => detect.map((name) => [name, source])))
    const detect = detectorsNamed(detecting.flatMap((rule) => rule.detect))
    const masker = createMasker({ ...this.#binding, detect, with: 'redact', byType })
    const ids = detecting.map(({ id }) => id)
    const rulesFor = (type: string): readonly string[] => {
      const found = detecting.filter((rule) => rule.detect.includes(type)).map(({ id }) => id)
      return found.length === 0 ? ids : found
    }
    return { masker, detect, rules: ids, rulesFor }
  }
}

function ruleIn({ masks }: CompiledPolicy, id: string): MaskRule {
  const rule = masks?.get(id)
  if (rule === undefined) throw new BothKeysError('ERR_INTERNAL', `the policy has no mask rule ${id}`)
  return rule
}

/** What stands for each value, whatever it is and whether there is one. */
function wholeText(rules: readonly MaskRule[]): string | null {
  const [first, ...others] = rules
  if (first === undefined || others.length > 0) return masked
  if (first.operator.operator === 'null') return null
  return first.operator.operator === 'redact' ? (first.operator.text ?? redactedAs(first.id)) : masked
}

const masked = '[masked]'

/** Equal values of columns that one rule masks stay equal, so that tables join. */
function contextOf({ id }: MaskRule): { readonly type: string; readonly domain: string } {
  return { type: id, domain: id }
}

class PermitMasks implements CountedMasks {
  readonly columns: number | undefined
  readonly content: ContentMask | undefined
  readonly #parts: MaskParts
  #cells = 0
  #changed = false

  constructor(parts: MaskParts) {
    this.#parts = parts
    this.columns = parts.outputs?.length
    this.content = parts.content && this.#contentMask(parts.content)
  }

  at(index: number): CellMask | undefined {
    const { every, outputs } = this.#parts
    return outputs === undefined ? every : outputs[index]
  }

  covers(resource: string, column: string): boolean {
    return this.#parts.set.rulesFor({ resource, column }).length > 0
  }

  masked(cells: number): void {
    this.#cells += cells
  }

  noted(): MaskedCells | undefined {
    const { content, rules } = this.#parts
    if (!(this.#cells > 0) && !this.#changed) return undefined
    return { cells: this.#cells, rules: this.#changed ? [...rules, ...(content?.rules ?? [])] : rules }
  }

  #contentMask({ detect, masker }: Detecting): ContentMask {
    const note = <Text extends string | null>(before: string, after: Text): Text => {
      if (after !== before) this.#changed = true
      return after
    }
    const hints = (column: string | undefined): { readonly field?: string } =>
      column === undefined ? {} : { field: column }
    return Object.freeze({
      finder: masker,
      text: (value: string, column: string | undefined) => note(value, masker.text(value, hints(column))),
      json: (value: string, column: string | undefined) => note(value, masker.json(value, hints(column))),
      screen: (column: string | undefined) => cellScreen(detect, column),
      stream: () => masker.stream({ masked: () => (this.#changed = true) }),
    })
  }
}

import { wrongOption } from '../../known-options.js'
import type { Clock } from '../../model/clock.js'
import type { Operator } from '../operator.js'
import type { TokenVault } from '../token-vault.js'
import { bucket } from './bucket.js'
import type { CustomMask } from './custom.js'
import { custom } from './custom.js'
import { dateShift } from './date-shift.js'
import { hash } from './hash.js'
import type { MaskBinding } from './keyed.js'
import { partial } from './partial.js'
import { readOperatorSpec } from './read-spec.js'
import { nullValue, redact } from './redact.js'
import type { OperatorProblem, OperatorSpec } from './spec.js'
import { token } from './token.js'

/** What operators are made with besides their settings. */
export interface OperatorParts extends MaskBinding {
  /** Keeps what tokens stand for. */
  readonly vault?: TokenVault
  /** The host's own ways to mask, by name. They need the clock. */
  readonly custom?: Readonly<Record<string, CustomMask>>
  /** Needed by custom masks, which are bounded by it. */
  readonly clock?: Pick<Clock, 'monotonicMs'>
}

/**
 * Makes the operator that plain values of a policy name (see `readOperatorSpec`). `at` says where they stand. Throws
 * ERR_CONFIG_INVALID that names each place and what is wrong there.
 *
 * @example
 * parseOperator({ partial: { keepLast: 4 } }, { key, scope: 'run-1' })
 */
export function parseOperator(source: unknown, parts: OperatorParts, at: OperatorProblem['path'] = []): Operator {
  const read = readOperatorSpec(source, at)
  if ('problems' in read) throw wrongOption('an operator of masking', read.problems.map(written).join('; '))
  return createOperator(read.spec, parts, at)
}

/** Makes an operator. Throws ERR_CONFIG_INVALID when it needs a function or the clock and there is none. */
export function createOperator(spec: OperatorSpec, parts: OperatorParts, at: OperatorProblem['path'] = []): Operator {
  switch (spec.operator) {
    case 'redact':
      return redact(spec.text)
    case 'null':
      return nullValue()
    case 'partial':
      return partial(spec)
    case 'hash':
      return hash(parts, spec)
    case 'token':
      return token(parts, { across: spec.across, ...(parts.vault !== undefined && { vault: parts.vault }) })
    case 'bucket':
      return bucket(spec)
    case 'dateShift':
      return dateShift(parts, spec)
    case 'custom':
      return customOf(spec.name, parts, at)
  }
}

function customOf(name: string, parts: OperatorParts, at: OperatorProblem['path']): Operator {
  const masks = parts.custom ?? {}
  const mask: unknown = Object.hasOwn(masks, name) ? masks[name] : undefined
  if (typeof mask !== 'function') {
    throw wrongOption('an operator of masking', written({ path: at, message: `there is no custom mask ${name}` }))
  }
  if (parts.clock === undefined) {
    throw wrongOption('an operator of masking', written({ path: at, message: 'a custom mask needs the option clock' }))
  }
  return custom(name, mask as CustomMask, { clock: parts.clock })
}

/** `mask[0].with.partial.keepLast: what is wrong`. */
function written({ path, message }: OperatorProblem): string {
  const steps = path.map((step, index) =>
    typeof step === 'number' ? `[${String(step)}]` : `${index === 0 ? '' : '.'}${step.slice(0, 80)}`,
  )
  return steps.length === 0 ? message : `${steps.join('')}: ${message}`
}

import { BothKeysError } from '../errors.js'
import { assertKnownOptions } from '../known-options.js'
import type { JwtAlgorithm } from './algorithms.js'
import { asymmetric, quick } from './algorithms.js'
import { sessionUrl } from './session-url.js'

/** What is asked of the proofs of possession that open sessions (RFC 9449). */
export interface DpopOptions {
  /** The name of the guard (`createGuard({ engine })`): a proof for one engine opens no session of another. */
  readonly engine: string
  /** The algorithms that clients may sign with. Default `ES256`, `EdDSA` and `Ed25519`. */
  readonly algorithms?: readonly JwtAlgorithm[]
  /** How old a proof may be, in seconds. Default 60, at most 300. */
  readonly maxAgeS?: number
  /**
   * Whether a proof must hold a nonce of this verifier, so that none can be made in advance. A proof without one is
   * refused with ERR_PROOF_NONCE, and the error's `nonce` is the one to use. Default false.
   */
  readonly nonce?: boolean
  /** Whether every token must be bound to a key. False lets tokens without `cnf` in as bearers. Default true. */
  readonly required?: boolean
  /**
   * How many proofs are remembered, so that none works twice; a tenth of them may be of one key. When that is used up,
   * proofs are refused with ERR_LIMIT_EXCEEDED until old ones are too old to be accepted. Default 100,000.
   */
  readonly remembered?: number
}

/** The options, checked. */
export interface DpopRules {
  readonly method: string
  readonly url: string
  readonly algorithms: readonly JwtAlgorithm[]
  readonly maxAgeS: number
  readonly toleranceS: number
  readonly nonce: boolean
  readonly required: boolean
  readonly remembered: number
}

const optionNames: ReadonlySet<string> = new Set<keyof DpopOptions>([
  'algorithms',
  'engine',
  'maxAgeS',
  'nonce',
  'remembered',
  'required',
])

/** Checks the options. Throws ERR_CONFIG_INVALID that names the option. */
export function dpopRules(options: DpopOptions, toleranceS: number): DpopRules {
  assertKnownOptions('jwtVerifier.dpop', options, optionNames)
  const { algorithms = quick, maxAgeS = 60, nonce = false, required = true } = options
  const { remembered = 100_000 } = options
  if (!areAccepted(algorithms)) throw wrong(`dpop.algorithms must hold some of ${asymmetric.join(', ')}`)
  if (typeof maxAgeS !== 'number' || !(maxAgeS >= 1 && maxAgeS <= 300))
    throw wrong('dpop.maxAgeS must be between 1 and 300 seconds')
  if (typeof nonce !== 'boolean') throw wrong('dpop.nonce must be true or false')
  if (typeof required !== 'boolean') throw wrong('dpop.required must be true or false')
  if (!Number.isSafeInteger(remembered) || remembered < 10 || remembered > 10_000_000)
    throw wrong('dpop.remembered must be between 10 and 10,000,000')
  const url = sessionUrl(options.engine)
  return { method: 'POST', url, algorithms: [...algorithms], maxAgeS, toleranceS, nonce, required, remembered }
}

function areAccepted(algorithms: unknown): boolean {
  const accepted: readonly unknown[] = asymmetric
  return Array.isArray(algorithms) && algorithms.length > 0 && algorithms.every((name) => accepted.includes(name))
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `jwtVerifier: ${what}`)
}

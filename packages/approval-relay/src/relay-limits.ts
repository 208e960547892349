import { BothKeysError } from '@bothkeys/core'
import { assertKnownOptions } from '@bothkeys/core/relay'

/** How much of everything there may be. */
export interface RelayLimits {
  /** Requests of one engine that wait at once. Default 256. */
  readonly pendingPerEngine: number
  /** Their bytes in all. Default 32 MiB. */
  readonly pendingBytesPerEngine: number
  /**
   * New requests of one engine in a minute, one for each 64 KiB that they begin. Default 1,200: those of twenty requesters who
   * each ask as much as they may.
   */
  readonly requestsPerMinute: number
  /** New requests of one requester of an engine in a minute. Default 60. */
  readonly requestsPerRequesterPerMinute: number
  /** Messages of any kind of one engine in a minute. Default 12,000: ten for each new request. */
  readonly messagesPerMinute: number
  /**
   * Waiting questions for answers of one engine. Default 512. All engines together leave a quarter of the connections to others,
   * and each has its share of half of the rest.
   */
  readonly waitingPerEngine: number
  /** Answers of one person in a minute. Default 30. */
  readonly decisionsPerPersonPerMinute: number
  /** Connections. Default 1,024. */
  readonly connections: number
  /** Requests that are over and still shown. Default 500. */
  readonly history: number
}

const defaults: RelayLimits = {
  pendingPerEngine: 256,
  pendingBytesPerEngine: 32 * 1024 * 1024,
  requestsPerMinute: 1_200,
  requestsPerRequesterPerMinute: 60,
  messagesPerMinute: 12_000,
  waitingPerEngine: 512,
  decisionsPerPersonPerMinute: 30,
  connections: 1_024,
  history: 500,
}

const known: ReadonlySet<string> = new Set(Object.keys(defaults))

/** The limits with their defaults. Throws ERR_CONFIG_INVALID for one that is unknown or no positive whole number. */
export function relayLimits(options: Partial<RelayLimits> = {}): RelayLimits {
  assertKnownOptions('createRelay: limits', options, known)
  for (const [name, value] of Object.entries(options)) {
    if (Number.isSafeInteger(value) && value >= 1) continue
    throw new BothKeysError('ERR_CONFIG_INVALID', `createRelay: limits: ${name} must be a positive whole number`)
  }
  return Object.freeze({ ...defaults, ...options })
}

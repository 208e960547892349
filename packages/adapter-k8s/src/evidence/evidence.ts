import { BothKeysError, type Description, type EstimateAction, type SessionAccess } from '@bothkeys/core/adapter'
import { describe } from '../door/describe.js'
import type { Upstream } from '../door/upstream.js'
import type { Result } from '../effects/danger-effects.js'
import type { JsonObject, JsonValue } from '../json.js'
import type { CanonicalRequest } from '../request/canonical-request.js'
import { isObject } from '../json-object.js'
import { isRefused, refuse, type Refused } from '../request/refused.js'
import { baresHidden } from './bared.js'
import { asDryRun } from './dry-run.js'
import { deletionInWords, estimateOf } from './estimates.js'
import { HonoursDryRun } from './honours-dry-run.js'
import { Looks, metadataOnly } from './looks.js'
import { pinnedPod } from './pinned-pod.js'
import { pinned, pinsOf } from './pins.js'
import { type Plan, planOf } from './plan.js'
import { LookRate } from './rate.js'
import { collection } from './collection.js'
import { type Trial, tried } from './trial.js'

/** A request as it is decided about and sent, with what was seen of what it does. */
export interface Evident {
  readonly request: CanonicalRequest
  readonly description: Description
  /** What approvers are told. Undefined: nothing was to be looked at. */
  readonly estimate?: EstimateAction
  /** What else the digest is over, because the request means it. */
  readonly stateEpoch?: string
  /** Whether it is still as it was seen, where the API server does not look at that itself. */
  readonly recheck?: () => Promise<boolean>
  /** What the API server would store. */
  readonly expected?: JsonObject
  /** It is a dry run of what the API server refuses: no other answer of it is one to what was asked. */
  readonly onlyRefused?: true
}

/** Who asks for what, and until when. */
interface Asked {
  readonly access: SessionAccess
  readonly request: CanonicalRequest
  readonly described: Description
  readonly signal: AbortSignal
}

/**
 * Looks at what requests to one cluster would do, before anybody decides about them: what is there, and what a dry run makes of it. It is
 * an action of its own, on record, bounded in time, size and number (RULES 28). Nothing of it goes back to who asked.
 */
export class Evidence {
  readonly #upstream: Upstream
  readonly #groups: ReadonlySet<string>
  readonly #rate = new LookRate()
  readonly #honours = new HonoursDryRun()

  constructor(upstream: Upstream, groups: ReadonlySet<string>) {
    this.#upstream = upstream
    this.#groups = groups
  }

  /**
   * Pins a request to what is there now, and says what comes of it. What the policy denies anyway is not looked at, and what cannot be
   * seen is described as before. Rejects when nobody can tell what is there.
   */
  async of(asked: Asked): Promise<Evident | Refused> {
    const { access, described, request, signal } = asked
    const plan = planOf(request)
    const blind = { request, description: described }
    if (plan === undefined && !request.dryRun) return blind
    const certain = describe(request, this.#groups, 'open')
    if (isRefused(certain) || access.preview(certain) !== undefined) return blind
    this.#rate.take(access.principal.run.root)
    const looks = new Looks(access, this.#upstream, signal)
    if (request.dryRun && !(await this.#isHonoured(request, looks))) return dryRunForNobody
    if (plan === undefined) return blind
    if (request.kind === 'deletecollection') return this.#collected(asked, looks)
    const before = plan.object === undefined ? 'new' : await objectAt(plan.object, request, looks)
    const pins = typeof before === 'object' ? pinsOf(before) : undefined
    const now = pins === undefined ? request : pinned(request, pins)
    const trial = plan.tries ? await this.#tried(now, looks, signal) : undefined
    if (trial !== undefined && 'refused' in trial) {
      const refusal = this.#askedAsDryRun(access, now)
      if (refusal !== undefined) return refusal
    }
    if (
      typeof before === 'object' &&
      trial !== undefined &&
      'object' in trial &&
      baresHidden(now, before, trial.object)
    )
      return bared
    return this.#described({ before, looks, now, plan, trial })
  }

  /** Of a connection to a pod that people are asked about, which pod it is. Rejects when nobody can tell. */
  async ofPod({ access, described, request, signal }: Asked): Promise<Pick<Evident, 'stateEpoch' | 'recheck'>> {
    if (access.verdict(described).effect !== 'hold') return {}
    this.#rate.take(access.principal.run.root)
    return pinnedPod(request, new Looks(access, this.#upstream, signal))
  }

  /** Where nobody is asked, nobody has to be told which objects go. */
  async #collected({ access, described, request }: Asked, looks: Looks): Promise<Evident | Refused> {
    const blind = { request, description: described }
    if (access.verdict(described).effect !== 'hold') return blind
    const collected = await collection(request, looks)
    return isRefused(collected) ? collected : { ...blind, ...collected }
  }

  async #tried(request: CanonicalRequest, looks: Looks, signal: AbortSignal): Promise<Trial> {
    const tries = !isOfSecret(request) && (await this.#isHonoured(request, looks))
    return tries ? tried(request, looks, signal) : { none: 'not-tried' }
  }

  async #isHonoured({ info }: CanonicalRequest, looks: Looks): Promise<boolean> {
    return info.isResource && (await this.#honours.of(info, looks))
  }

  /**
   * What the API server refuses anyway, it may say so to whoever may make the dry run: nobody has to be asked about it. Undefined: the
   * policy does not let that through as it is.
   */
  #askedAsDryRun(access: SessionAccess, now: CanonicalRequest): Evident | undefined {
    const request = asDryRun(now)
    const description = describe(request, this.#groups, 'open')
    if (isRefused(description) || access.verdict(description).effect !== 'allow') return undefined
    return { request, description, onlyRefused: true }
  }

  #described({ before, looks, now, plan, trial }: Seen): Evident | Refused {
    const object = trial !== undefined && 'object' in trial ? trial.object : undefined
    const result = object === undefined ? resultOf(now, before) : { object, before }
    const description = describe(now, this.#groups, result)
    if (isRefused(description)) return description
    const isNew = before === 'new' && plan.object !== undefined
    return {
      request: now,
      description,
      estimate: async (signal, look) =>
        trial === undefined ? deletionInWords(now, before, looks.until(signal)) : estimateOf(now, before, trial, look),
      ...(object !== undefined && { expected: object }),
      // Nothing pins that nothing is there.
      ...(isNew && { recheck: async () => (await objectAt(plan.object ?? '', now, looks)) === 'new' }),
    }
  }
}

const dryRunForNobody = refuse(
  'The request is a dry run, which the server that answers for its group may carry out. Send it without dryRun, to be decided as a write.',
)

const bared = refuse(
  'The patch would show what is masked in the object now, by another name for it: write the value itself, with its name.',
)

/** What a trial of it came to would tell, through what is decided, whether a guess at what the secret holds is right. */
function isOfSecret({ info }: CanonicalRequest): boolean {
  return info.isResource && info.apiGroup === '' && info.resource === 'secrets'
}

/** Who puts a whole secret says what it will be: that is judged. */
function resultOf(request: CanonicalRequest, before: Seen['before']): Result {
  const sent = request.body?.value
  return isOfSecret(request) && request.kind === 'update' && isObject(sent) ? { object: sent, before } : 'unseen'
}

interface Seen {
  readonly before: JsonObject | 'new' | 'unknown'
  readonly looks: Looks
  readonly now: CanonicalRequest
  readonly plan: Plan
  readonly trial: Trial | undefined
}

/** The object as it is; `new` if there is none, `unknown` if the door may not see it. Rejects when it cannot be told. */
async function objectAt(
  path: string,
  { kind }: CanonicalRequest,
  looks: Looks,
): Promise<JsonObject | 'new' | 'unknown'> {
  const isRemoved = kind === 'delete' || kind === 'eviction'
  const { status, value } = await looks.ask({
    method: 'GET',
    path,
    ...(isRemoved && { headers: { accept: metadataOnly } }),
  })
  if (status === 404) return 'new'
  if (status === 403 || status === 405) return 'unknown'
  if (status === 200 && isObjectOfServer(value)) return value
  throw new BothKeysError('ERR_INTERNAL', 'nobody could look at what would change, so nothing was sent', {
    hint: 'look whether the API server is reachable, and send it again',
  })
}

function isObjectOfServer(value: JsonValue | undefined): value is JsonObject {
  return isObject(value) && pinsOf(value) !== undefined
}

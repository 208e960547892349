import { randomBytes } from 'node:crypto'
import type { Ledger } from '@bothkeys/core'
import { BothKeysError, type HeldNotice, isPromise, SharedDeadline } from '@bothkeys/core/adapter'
import { noticeOf, noticeText } from './notice-text.js'

/**
 * `begun`: somebody runs it, or did when its process went. `waiting`: people are asked about it, and whoever comes next may go on
 * waiting. `over`: it came to its end. `back`: it was taken back while it waited, and never runs.
 */
type Claim =
  | { readonly state: 'begun' | 'waiting' | 'over'; readonly holder: string }
  | { readonly state: 'back'; readonly holder: string; readonly notice: HeldNotice }

/** What was there before a claim. `no`: the call was made. `takenBack`: what people were asked before it was taken back. */
export type Begun = { readonly before: Claim | undefined } | { readonly takenBack: HeldNotice } | 'no'

/** Whether whoever leaves a call takes it back alone, or a person says that nobody may go on with it. */
export type Where = 'here' | 'everywhere'

/** How often others may change a claim before nobody knows who has it. */
const mostAttempts = 16

/** How long the ledger may take for one claim, in milliseconds: whoever waits for longer does not run. */
const patienceMs = 10_000

/** Which calls were made, for all processes on one ledger: each is made once, by one of them at a time. */
export class Claims {
  readonly #ledger: Ledger
  readonly #keptMs: number
  readonly #holder = randomBytes(12).toString('hex')

  constructor(ledger: Ledger, keptMs: number) {
    this.#ledger = ledger
    this.#keptMs = keptMs
  }

  /** Whether the call may be made now. Rejects as the ledger does, and then it may not. */
  async begin(key: string): Promise<Begun> {
    let begun: Begun = 'no'
    await this.#change(key, (claim) => {
      begun = begunAfter(claim)
      return typeof begun === 'object' && 'before' in begun ? this.#own('begun') : claim
    })
    return begun
  }

  /** Whoever finds it waiting goes on with it: what people said of it is in the ledger as well. Rejects when another has it. */
  wait(key: string): Promise<void> {
    return this.#turn(key, 'waiting')
  }

  /** Nobody else may go on with it from now on. Rejects when somebody did: then it must not run here. */
  goOn(key: string): Promise<void> {
    return this.#turn(key, 'begun')
  }

  async end(key: string): Promise<void> {
    await this.#change(key, (claim) => (this.#isOwn(claim) ? this.#own('over') : claim))
  }

  /**
   * Ends it, and tells whoever comes that it was taken back, if it was still waiting: for whoever has it, or everywhere. Then it rejects
   * with ERR_PERMIT_SPENT when somebody else runs it, or did.
   */
  async takeBack(key: string, notice: HeldNotice, where: Where): Promise<void> {
    await this.#change(key, (claim) => {
      const isOwn = this.#isOwn(claim)
      if (claim?.state === 'waiting' && (isOwn || where === 'everywhere'))
        return { state: 'back', holder: this.#holder, notice }
      if (isOwn) return this.#own('over')
      if (where === 'here' || claim === undefined || claim.state === 'back') return claim
      throw notHere()
    })
  }

  /** Gives it back to whoever waits for it. */
  async giveBack(key: string, before: Claim): Promise<void> {
    await this.#change(key, (claim) => (this.#isOwn(claim) ? before : claim))
  }

  async #turn(key: string, state: 'begun' | 'waiting'): Promise<void> {
    await this.#change(key, (claim) => {
      if (this.#isOwn(claim) && (claim?.state === 'begun' || claim?.state === 'waiting')) return this.#own(state)
      throw notHere()
    })
  }

  #own(state: 'begun' | 'waiting' | 'over'): Claim {
    return { state, holder: this.#holder }
  }

  #isOwn(claim: Claim | undefined): boolean {
    return claim?.holder === this.#holder
  }

  /** Under one deadline, which begins when the ledger has to be waited for. */
  async #change(key: string, next: (claim: Claim | undefined) => Claim | undefined): Promise<void> {
    const deadline = new SharedDeadline(patienceMs, 'the ledger', 'ERR_LEDGER_UNAVAILABLE')
    try {
      await this.#changeWithin(deadline, key, next)
    } finally {
      deadline.end()
    }
  }

  async #changeWithin(
    deadline: SharedDeadline,
    key: string,
    next: (claim: Claim | undefined) => Claim | undefined,
  ): Promise<void> {
    const ledger = this.#ledger
    const name = `tool-call:${key}`
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const entry = deadline.within(() => ledger.get(name))
      const { value, version } = isPromise(entry) ? await entry : entry
      const claim = claimOf(value)
      const wanted = next(claim)
      if (wanted === claim || wanted === undefined) return
      const time = deadline.within(() => ledger.nowMs())
      const expiresAtMs = (isPromise(time) ? await time : time) + this.#keptMs
      const written = { key: name, expectedVersion: version, value: textOf(wanted), expiresAtMs }
      const committed = deadline.within(() => ledger.commit([written]))
      const isCommitted: unknown = isPromise(committed) ? await committed : committed
      // Whatever else it is, it is no commit.
      if (isCommitted === true) return
    }
    throw new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'too many processes make the same call at once', {
      hint: 'make it again',
    })
  }
}

function notHere(): BothKeysError {
  return new BothKeysError('ERR_PERMIT_SPENT', 'somebody else goes on with this call, so it does not run here', {
    hint: 'look at what it came to there',
  })
}

function begunAfter(claim: Claim | undefined): Begun {
  if (claim?.state === 'back') return { takenBack: claim.notice }
  return claim === undefined || claim.state === 'waiting' ? { before: claim } : 'no'
}

function textOf(claim: Claim): string {
  const { holder, state } = claim
  return state === 'back' ? `back:${holder}:${noticeText(claim.notice)}` : `${state}:${holder}`
}

/** What is none of ours counts as made. */
function claimOf(value: unknown): Claim | undefined {
  if (value === undefined) return undefined
  const text = typeof value === 'string' ? value : ''
  const [, state, holder = ''] = /^(begun|waiting):([0-9a-f]+)$/.exec(text) ?? []
  if (state === 'begun' || state === 'waiting') return { state, holder }
  const [, taker = '', said = ''] = /^back:([0-9a-f]+):(.+)$/s.exec(text) ?? []
  const notice = noticeOf(said)
  return notice === undefined ? { state: 'over', holder: '' } : { state: 'back', holder: taker, notice }
}

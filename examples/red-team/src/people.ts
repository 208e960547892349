import type {
  ApprovalRequest,
  ApprovalVote,
  Approver,
  Credential,
  Principal,
  Verifier,
  VoteReceipt,
} from '@bothkeys/core'
import { unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'

/** Takes everybody at their word; a real guard uses `jwtVerifier` with the tokens of your identity provider. */
export const identity: Verifier = unverifiedIdentity()

/** Longer than any run. */
const ttlMs = 2 * 3_600_000

/** What an agent presents. All of them have the role that approves, too: that alone is to help none of them. */
export function agentCredential(name: 'shop' | 'twin' | 'payroll', run = `run-${name}`): Credential {
  const subject = `${name}-agent`
  const own = name === 'payroll' ? 'payroll-agent' : 'shop-agent'
  return {
    [unverifiedCredential]: {
      kind: 'agent',
      subject,
      owners: [name === 'payroll' ? 'grace' : 'ada'],
      agentClass: name,
      roles: [own, 'dba', 'reader'],
      runRoot: run,
      ttlMs,
    },
  }
}

/** Who tries to approve. */
export type Hand =
  | 'the agent itself'
  | 'its own sub-agent'
  | 'another agent of its owner'
  | "another owner's agent"
  | 'ada, who owns it'
  | "ada's second account"
  | 'linus, who may approve nothing'
  | 'mallory, who has left'
  | 'nobody, by name'
  | 'grace'
  | "grace's second account"
  | 'grace, about another action'
  | 'nora, her last vote again'

/** What a person says who read what she was shown. */
export type Reader = (request: ApprovalRequest) => 'allow' | 'deny'

/** Says no to whatever she is asked about. */
export const careful: Reader = () => 'deny'

/** People who are asked, and those who push in. What nora says in the end is what an independent person says. */
export class Crowd implements Approver {
  readonly name = 'crowd'
  readonly level = 'asserted'
  readonly requests: ApprovalRequest[] = []
  /** What became of every vote of somebody who pushed in. */
  readonly receipts: { readonly who: Hand; readonly receipt: VoteReceipt }[] = []
  hands: readonly Hand[] = []
  reader: Reader = careful
  /** Whether nora keeps everybody waiting until `conclude`. */
  waits = false
  readonly #known: Map<string, Principal>
  readonly #open = new Map<ApprovalRequest, (vote: ApprovalVote) => Promise<VoteReceipt>>()
  #last: ApprovalVote | undefined

  constructor(known: ReadonlyMap<string, Principal>) {
    this.#known = new Map(known)
  }

  /** Lets somebody in who was not there from the beginning. */
  meet(account: string, principal: Principal): void {
    this.#known.set(account, principal)
  }

  async ask(request: ApprovalRequest, vote: (vote: ApprovalVote) => Promise<VoteReceipt>): Promise<void> {
    this.requests.push(request)
    for (const who of this.hands)
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      this.receipts.push({ who, receipt: await vote(this.#ballot(who, request)) })
    this.#open.set(request, vote)
    if (!this.waits) await this.conclude()
  }

  /** Has nora answer all that waits. */
  async conclude(): Promise<void> {
    for (const [request, vote] of this.#open) {
      this.#open.delete(request)
      const ballot: ApprovalVote = {
        decision: this.reader(request),
        approver: this.#person('nora'),
        digest: request.digest,
      }
      if (ballot.decision === 'allow') this.#last = ballot
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      await vote(ballot)
    }
  }

  #ballot(who: Hand, { digest }: ApprovalRequest): ApprovalVote {
    switch (who) {
      case 'nobody, by name':
        // What a model could write into a message: it names somebody, and proves nothing.
        return { decision: 'allow', approver: { ...this.#person('grace') }, digest }
      case 'grace, about another action':
        return { decision: 'allow', approver: this.#person('grace'), digest: otherThan(digest) }
      case 'nora, her last vote again':
        return this.#last ?? fail('nora has not voted before')
      default:
        return { decision: 'allow', approver: this.#person(accounts[who]), digest }
    }
  }

  #person(account: string): Principal {
    return this.#known.get(account) ?? fail(`nobody is called ${account}`)
  }
}

const accounts = {
  'the agent itself': 'shop',
  'its own sub-agent': 'reader',
  'another agent of its owner': 'twin',
  "another owner's agent": 'payroll',
  'ada, who owns it': 'ada',
  "ada's second account": 'ada-admin',
  grace: 'grace',
  "grace's second account": 'grace-admin',
  'linus, who may approve nothing': 'linus',
  'mallory, who has left': 'mallory',
} as const

/** Everybody, verified. */
export async function everybody(): Promise<ReadonlyMap<string, Principal>> {
  const human = (subject: string): Credential => ({
    [unverifiedCredential]: { kind: 'human', subject, roles: ['dba'], ttlMs },
  })
  const known: readonly (readonly [string, Credential])[] = [
    ['shop', agentCredential('shop')],
    ['twin', agentCredential('twin')],
    ['payroll', agentCredential('payroll')],
    ...['ada', 'ada-admin', 'grace', 'grace-admin', 'nora', 'linus', 'mallory'].map(
      (name) => [name, human(name)] as const,
    ),
  ]
  const verified = known.map(
    async ([who, credential]) => [who, await identity.verify(credential, AbortSignal.timeout(5_000))] as const,
  )
  return new Map(await Promise.all(verified))
}

function otherThan(digest: ApprovalVote['digest']): ApprovalVote['digest'] {
  return digest.split('').toReversed().join('') as ApprovalVote['digest']
}

function fail(what: string): never {
  throw new Error(what)
}

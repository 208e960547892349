import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type {
  ApprovalRequest,
  ApprovalVote,
  Approver,
  Credential,
  DirectoryEntry,
  Principal,
  ProvenVote,
  VerifiedVote,
  VoteReceipt,
} from '@bothkeys/core'
import { signedApprover, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { signApproval } from '@bothkeys/core/signing'
import type { YesFrom } from './yes-from.js'

const issuer = 'https://desk.example.com'

/** Everybody in the directory, as they log in. */
export class People {
  readonly identity = unverifiedIdentity()
  readonly #entries: ReadonlyMap<string, DirectoryEntry>

  constructor(entries: readonly DirectoryEntry[]) {
    this.#entries = new Map(entries.map((entry) => [entry.subject.id, entry]))
  }

  credential(name: string): Credential {
    const { agentClass, kind, owners = [], roles = [] } = this.#entry(name).record
    const ids = owners.map(({ id }) => id)
    const claims = { kind, subject: name, roles, ...(agentClass !== undefined && { agentClass, owners: ids }) }
    return { [unverifiedCredential]: claims }
  }

  async principal(name: string): Promise<Principal> {
    return this.identity.verify(this.credential(name), AbortSignal.timeout(10_000))
  }

  account(name: string): DirectoryEntry['subject'] {
    return this.#entry(name).subject
  }

  #entry(name: string): DirectoryEntry {
    const entry = this.#entries.get(name)
    if (entry === undefined) throw new Error(`the directory has nobody called ${name}`)
    return entry
  }
}

/** Asks those who say yes in a row, and nobody else: when they have answered, nobody is waited for. */
export class RowApprover implements Approver {
  readonly name = 'people'
  readonly level = 'signed'
  /** Who says yes to what is asked next. */
  next: readonly YesFrom[] = []
  /** The rules by which people were asked since the row began. Undefined: nobody was. */
  rules: readonly string[] | undefined
  receipts: (string | undefined)[] = []
  readonly #desk: Approver
  readonly #key: KeyObject
  readonly #people: People

  constructor(people: People) {
    this.#people = people
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.#key = privateKey
    const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] }
    // Who they are and what they may do is said by the directory alone.
    this.#desk = signedApprover({ name: this.name, issuer, jwks, people: () => ({ roles: [] }) })
  }

  verify(...given: Parameters<NonNullable<Approver['verify']>>): Promise<VerifiedVote> {
    if (this.#desk.verify === undefined) throw new Error('signed approvals are verified')
    return this.#desk.verify(...given)
  }

  /** A new row: nobody was asked yet. */
  begin(next: readonly YesFrom[]): void {
    this.next = next
    this.rules = undefined
    this.receipts = []
  }

  async ask(request: ApprovalRequest, vote: (vote: ApprovalVote | ProvenVote) => Promise<VoteReceipt>): Promise<void> {
    this.rules = request.rules
    for (const each of this.next) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other, as in the row.
      const receipt = await vote(await this.#yes(request, each))
      this.receipts.push(receipt.counted ? undefined : receipt.reason)
    }
    throw new Error('nobody else answers')
  }

  async #yes(request: ApprovalRequest, { name, signs }: YesFrom): Promise<ApprovalVote | ProvenVote> {
    if (!signs) return { decision: 'allow', approver: await this.#people.principal(name), digest: request.digest }
    const subject = this.#people.account(name)
    const signature = { issuer, subject, level: 'signed', key: this.#key, algorithm: 'ES256' } as const
    return { evidence: await signApproval({ ...request.subject, dec: 'allow' }, signature) }
  }
}

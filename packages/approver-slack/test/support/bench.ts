import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApprovalChannel, DeskEnd } from '@bothkeys/approval-relay'
import type { ApprovalRequest, Directory, Guard, Session } from '@bothkeys/core'
import { createGuard, signedApprover, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import type { GuardedTarget } from '@bothkeys/core/adapter'
import { sessionAccess } from '@bothkeys/core/adapter'
import { readRequest, requestEnvelope, systemClock } from '@bothkeys/core/relay'
import { memoryJournal } from '@bothkeys/core/testing'
import type { SlackChannelOptions } from '../../src/index.js'
import { interactionsPath, slackChannel } from '../../src/index.js'
import { FakeDesk } from './fake-desk.js'
import type { DoubleMessage } from '@bothkeys/slack-double'
import { SlackDouble } from '@bothkeys/slack-double'

export const people = 'https://people.example'

export const workspace = {
  token: 'xoxb-secret-token-of-the-app',
  signingSecret: 'f00dfeedf00dfeedf00dfeedf00dfeed',
  app: 'A0APP',
  team: 'T0HOME',
  channel: 'C0APPROVE',
}

/** The people of these tests: Slack user, directory account, roles. Ada is accountable for the agent. */
export const crowd = {
  ann: { user: 'U0ANN', roles: ['dba'] },
  bob: { user: 'U0BOB', roles: ['dba'] },
  ada: { user: 'U0ADA', roles: ['dba'] },
  eve: { user: 'U0EVE', roles: ['intern'] },
} as const

export type Name = keyof typeof crowd

export const directory: Directory = {
  resolve: ({ id, issuer }) => {
    if (issuer === 'unverified' && id === 'etl') {
      return { kind: 'agent', owners: [{ issuer: people, id: 'ada' }], agentClass: 'etl', disabled: false }
    }
    if (issuer !== people || !Object.hasOwn(crowd, id)) return undefined
    return { kind: 'human', person: id, roles: crowd[id as Name].roles, disabled: false }
  },
}

export const policy = {
  version: 1,
  targets: { orders: { kind: 'fake' } },
  roles: {
    agent: [{ target: 'orders', duty: ['read', 'write', 'delete'] }],
    dba: [{ target: 'orders', duty: 'approve' }],
  },
  hold: [
    {
      id: 'two-people',
      target: 'orders',
      duty: 'delete',
      require: [{ stage: 'peer', count: 2, role: 'dba', independent: ['subject', 'person'] }],
      level: 'channel',
      ttl: '5m',
    },
    {
      id: 'by-login',
      target: 'orders',
      duty: 'write',
      require: [{ stage: 'peer', count: 1, role: 'dba', independent: ['subject', 'person'] }],
      level: 'signed',
      ttl: '5m',
    },
  ],
}

/** What an agent asks for. */
export interface Asking {
  readonly text?: string
  readonly duty?: 'delete' | 'write'
  readonly resource?: string
  readonly parameters?: readonly string[]
}

/** A target that does nothing by itself. */
export function target(): GuardedTarget {
  return { name: 'orders', kind: 'fake', close: () => Promise.resolve() }
}

/** Has the agent ask for an action and run it when it may. Answers `ran` or the code of the refusal. */
export async function act(
  session: Session,
  on: GuardedTarget,
  ran: string[],
  asking: Asking = {},
  signal = new AbortController().signal,
): Promise<string> {
  const { duty = 'delete', parameters = [], resource = 'table:public.invoices', text = 'delete from invoices' } = asking
  const admission = await sessionAccess(session, on).admit({
    identity: { host: 'db.example' },
    description: { operation: 'query', text, recordedText: 'delete', effects: [{ duty, resource, attributes: {} }] },
    parameters,
    stateEpoch: '1',
    inTransaction: false,
    signal,
  })
  if (admission.outcome === 'stale') return 'stale'
  if (admission.outcome === 'refused') return admission.refusal.code
  admission.permit.use()
  ran.push(text)
  await admission.permit.settle({ outcome: 'completed' })
  return 'ran'
}

/** A clock whose two times a test moves. */
export class MovedClock {
  offMs = 0
  wallMs = (): number => Date.now() + this.offMs
  monotonicMs = (): number => systemClock.monotonicMs() + this.offMs
}

/** An engine, a desk, the channel under test and a workspace. */
export class Bench {
  readonly slack: SlackDouble
  readonly desk: FakeDesk
  readonly journal: ReturnType<typeof memoryJournal> = memoryJournal()
  readonly ran: string[] = []
  readonly clock: MovedClock
  readonly folder: string
  readonly failures: unknown[] = []
  channel: ApprovalChannel | undefined
  guard: Guard | undefined
  readonly #target = target()
  readonly #options: Partial<SlackChannelOptions>
  readonly #server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const [route] = this.channel?.routes ?? []
      const path = request.url ?? ''
      if (route === undefined || path !== route.path) return void response.writeHead(404).end()
      const answered = await route.handle(
        {
          method: 'POST',
          path,
          url: new URL(path, 'https://approvals.example'),
          params: {},
          headers: request.headers as Record<string, string>,
          body: Buffer.concat(chunks),
        },
        new AbortController().signal,
      )
      response.writeHead(answered.status).end(answered.body)
    })()
  })

  private constructor(slack: SlackDouble, folder: string, clock: MovedClock, options: Partial<SlackChannelOptions>) {
    this.slack = slack
    this.folder = folder
    this.clock = clock
    this.desk = new FakeDesk(clock)
    this.#options = options
  }

  static async open(options: Partial<SlackChannelOptions> = {}): Promise<Bench> {
    const clock = new MovedClock()
    const { enterprise, workspaces } = options
    const slack = await SlackDouble.start(
      { ...workspace, orgWide: workspaces !== undefined, ...(enterprise === undefined ? {} : { enterprise }) },
      clock.wallMs,
    )
    const bench = new Bench(slack, await mkdtemp(join(tmpdir(), 'bothkeys-slack-')), clock, options)
    for (const { user } of Object.values(crowd)) slack.addUser(user)
    await new Promise<void>((resolve) => bench.#server.listen(0, '127.0.0.1', resolve))
    const { port } = bench.#server.address() as AddressInfo
    slack.requestUrl = `http://127.0.0.1:${String(port)}${interactionsPath}`
    return bench
  }

  /** Starts the channel, again after `stop` as another process would. */
  async start(): Promise<void> {
    this.channel = slackChannel({
      ...workspace,
      apiUrl: this.slack.apiUrl,
      messages: join(this.folder, 'slack.json'),
      retryMs: 10,
      onFailure: (cause) => this.failures.push(cause),
      ...this.#options,
    })
    await this.channel.start(this.desk, new AbortController().signal)
  }

  async stop(): Promise<void> {
    await this.channel?.close()
    this.channel = undefined
  }

  /** Ends the process as a kill would: what the disk has by now is all that the next one knows. */
  async kill(): Promise<void> {
    const path = join(this.folder, 'slack.json')
    const kept = await readFile(path).catch(() => undefined)
    await this.stop()
    if (kept === undefined) await rm(path, { force: true })
    else await writeFile(path, kept)
  }

  /** A guard whose requests come to the desk, and whose receipts too. */
  async engine(): Promise<Guard> {
    const jwk = { ...this.desk.keys.publicKey.export({ format: 'jwk' }), kid: 'desk', alg: 'ES256', use: 'sig' }
    const asking = new Map<string, ApprovalRequest>()
    const guard = await createGuard({
      engine: 'shop',
      policy: { load: () => Promise.resolve({ name: 'test', content: policy }) },
      identity: unverifiedIdentity(),
      directory,
      targets: [this.#target],
      journal: this.journal,
      approvers: [
        signedApprover({
          name: 'desk',
          issuer: this.desk.issuer,
          jwks: { keys: [jwk] },
          people: ({ id }) => (Object.hasOwn(crowd, id) ? { roles: [...crowd[id as Name].roles] } : undefined),
          notify: (request, signal) => {
            asking.set(request.id, request)
            this.desk.add(readRequest(requestEnvelope(request)))
            signal.addEventListener('abort', () => {
              void this.#endOf(request.id)
            })
            return Promise.resolve()
          },
        }),
      ],
    })
    this.desk.engine = async (id, evidence) => {
      const receipt = await guard.approvals.submit(id, evidence)
      return receipt.counted === false ? receipt : { counted: true }
    }
    this.guard = guard
    return guard
  }

  /** Tells the desk how the engine recorded that a request ended. */
  async #endOf(id: string): Promise<void> {
    for (;;) {
      const ended = this.journal.events.find(({ request, type }) => type === 'approval.ended' && request === id)
      if (ended !== undefined) return this.desk.end(id, ended['outcome'] as DeskEnd)
      // The intent of an approved action is what uses the approval up.
      const used = this.journal.events.some(
        (each) => each.type === 'action.intent' && JSON.stringify(each).includes(id),
      )
      if (used) return this.desk.end(id, 'consumed')
      if (this.guard === undefined) return
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  async session(): Promise<Session> {
    const guard = this.guard ?? (await this.engine())
    return guard.openSession({
      [unverifiedCredential]: {
        kind: 'agent',
        subject: 'etl',
        roles: ['agent'],
        owners: ['ada'],
        agentClass: 'etl',
      },
    })
  }

  /** Has the agent ask for an action and run it when it may. Answers `ran` or the code of the refusal. */
  act(session: Session, asking: Asking = {}, signal = new AbortController().signal): Promise<string> {
    return act(session, this.#target, this.ran, asking, signal)
  }

  link(...names: readonly Name[]): void {
    const team = this.#options.workspaces === undefined ? workspace.team : (this.#options.enterprise ?? '')
    for (const name of names) this.desk.link(team, crowd[name].user, { issuer: people, id: name })
  }

  /** Clicks as one of the crowd. Fails when the app did not take the message. */
  async click(name: Name, message: DoubleMessage, action: 'approve' | 'deny'): Promise<void> {
    const response = await this.slack.click(crowd[name].user, message, `bothkeys_${action}`)
    if (response.status !== 200) throw new Error(`the app answered ${String(response.status)}`)
  }

  /** What the channel keeps on disk. */
  async posted(): Promise<string> {
    return readFile(join(this.folder, 'slack.json'), 'utf8')
  }

  get refusals(): readonly string[] {
    return this.desk.refusals.map(({ reason }) => reason)
  }

  async close(): Promise<void> {
    await this.stop()
    await this.guard?.close()
    this.guard = undefined
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    await this.slack.close()
    await rm(this.folder, { recursive: true })
  }
}

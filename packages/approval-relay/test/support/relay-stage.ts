import { setMaxListeners } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileDirectory, memoryJournal } from '@bothkeys/core'
import type { JournalFactory, RecordedEvent } from '@bothkeys/core'
import { afterEach } from 'vitest'
import { createSignerKey, fileSigner } from '../../src/file-signer.js'
import type { DeskDecision, DeskReceipt } from '../../src/desk.js'
import type { RelayDesk } from '../../src/relay-desk.js'
import type { RelayOptions } from '../../src/relay-options.js'
import { composeRelay } from '../../src/relay.js'
import { issuer, TestEngine } from './test-engine.js'

/** Where the people of these tests log in. */
export const people = 'https://people.example'

export const peopleFile = `version: 1
issuer: ${people}
people:
  ann: { accounts: [ann, ann-admin], roles: [dba, pii] }
  bob: { accounts: [bob], roles: [dba] }
  eve: { accounts: [eve], roles: [dba], disabled: true }
`

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

/** Something that is closed when the test is over. */
export function closedLater(close: () => Promise<unknown>): void {
  open.push(close)
}

/** A relay in a folder of its own, with two engines, that can be started again. */
export class RelayStage {
  readonly folder: string
  readonly orders = new TestEngine('orders')
  readonly stock = new TestEngine('stock')
  readonly journal: JournalFactory & { readonly events: readonly RecordedEvent[] } = memoryJournal()
  readonly failures: unknown[] = []
  /** Where the relay listens: elsewhere after each start. */
  url = ''
  #desk: RelayDesk | undefined
  #close: () => Promise<void> = () => Promise.resolve()

  private constructor(folder: string) {
    this.folder = folder
  }

  static async open(options: Partial<RelayOptions> = {}): Promise<RelayStage> {
    const stage = new RelayStage(await mkdtemp(join(tmpdir(), 'relay-')))
    closedLater(() => rm(stage.folder, { recursive: true, force: true }))
    await writeFile(stage.path('people.yaml'), peopleFile)
    await createSignerKey(stage.path('key.json'))
    await stage.start(options)
    closedLater(() => stage.stop())
    return stage
  }

  get desk(): RelayDesk {
    if (this.#desk === undefined) throw new Error('the relay is not running')
    return this.#desk
  }

  get events(): readonly RecordedEvent[] {
    return this.journal.events
  }

  /** Where what waits is kept. */
  get requests(): string {
    return this.path('relay/requests')
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  ofType(type: string): readonly RecordedEvent[] {
    return this.events.filter((event) => event.type === type)
  }

  /** The reasons of what was refused, in order. */
  refusals(): readonly string[] {
    return this.ofType('relay.refused').map((event) => String(event['reason']))
  }

  /** The port, while it runs. */
  get port(): number | undefined {
    return this.#desk === undefined ? undefined : Number(new URL(this.url).port)
  }

  async start(options: Partial<RelayOptions> = {}): Promise<void> {
    const { desk, relay } = await composeRelay({
      issuer,
      engines: [this.orders.known, this.stock.known],
      signer: fileSigner(this.path('key.json')),
      directory: fileDirectory(this.path('people.yaml')),
      folder: this.path('relay'),
      journal: this.journal,
      onFailure: (cause) => this.failures.push(cause),
      ...options,
    })
    this.#desk = desk
    this.#close = () => relay.close()
    this.url = (await relay.listen({ port: 0 })).url
    for (const engine of [this.orders, this.stock]) {
      engine.url = this.url
      // However slow the machine is: a token is made when it is sent.
      engine.nowMs = options.clock?.wallMs ?? Date.now
    }
  }

  async stop(): Promise<void> {
    await this.#close()
    this.#desk = undefined
  }

  /** Somebody who looked decides at the pages. */
  async decide(who: string, id: string, change: Partial<DeskDecision> = {}): Promise<DeskReceipt> {
    const person = { subject: { issuer: people, id: who } }
    // The relay may stop meanwhile.
    const { desk } = this
    const view = await desk.viewFor(id, person, never)
    return desk.decide(
      id,
      {
        decision: 'allow',
        person,
        level: 'signed',
        via: { kind: 'page', name: 'oidc' },
        viewDigest: view?.digest ?? '',
        ...change,
      },
      never,
    )
  }
}

export const never = new AbortController().signal
// Many wait with it at once.
setMaxListeners(0, never)

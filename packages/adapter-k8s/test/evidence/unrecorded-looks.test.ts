import { CoreV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import type { JournalFactory } from '@bothkeys/core'
import { afterEach, describe, expect, it } from 'vitest'
import { holding, KeepingApprover } from '../support/approver.js'
import { governed, type Governed } from '../support/governed.js'
import { answering, kindOf } from './support.js'

const rules = [
  { duty: ['read', 'write', 'delete'], resource: 'object:**' },
  { duty: 'delete', resource: 'destroy:**' },
]
const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
let on: Governed | undefined
afterEach(() => on?.close())

type Append = 'throw' | 'reject' | { readonly until: Promise<unknown> }

/** What becomes of the record of each look, or of each dry run. */
async function start(statement: 'look' | 'dry run', append: Append, policy: object = {}) {
  const approver = new KeepingApprover()
  const journal = (memory: JournalFactory): JournalFactory => ({
    open: async (context) => {
      const inner = await memory.open(context)
      return {
        append(event, durability) {
          if (event.type !== 'target.internal' || event.body['statement'] !== statement)
            return inner.append(event, durability)
          if (append === 'throw') throw new Error('no space left')
          if (append === 'reject') return Promise.reject(new Error('no space left'))
          return append.until.then(() => inner.append(event, durability))
        },
        read: () => inner.read(),
        close: () => inner.close(),
      }
    },
  })
  on = await governed(rules, { journal, policy, approvers: [approver] })
  const { api, session, target } = on
  api.answer = answering({})
  const core = target.config(session).makeApiClient(CoreV1Api)
  return { ...on, approver, core, sent: () => api.seen.map(kindOf) }
}

const inShop = { namespace: 'shop', name: 'c' }
const body = { data: { a: '2' } }

describe('a look that is not on record', () => {
  it.each(['throw', 'reject'] as const)('is not made, and nothing is decided without it (%s)', async (append) => {
    const { core, journal, sent } = await start('look', append)
    for (const asked of [
      () => core.patchNamespacedConfigMap({ ...inShop, body }, merge),
      () => core.deleteNamespacedConfigMap(inShop),
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      await expect(asked()).rejects.toThrow('could not be recorded')
    }
    expect(sent()).toEqual([])
    expect(journal.events.map(({ type }) => type)).not.toContain('action.intent')
  })

  it('is not made, and people are not asked without what it would show', async () => {
    const { approver, core, sent } = await start('look', 'reject', holding('delete'))
    await expect(core.deleteCollectionNamespacedConfigMap({ namespace: 'shop' })).rejects.toThrow(
      'could not be recorded',
    )
    await expect(core.deleteNamespacedConfigMap(inShop)).rejects.toThrow('could not be recorded')
    expect([approver.requests, sent()]).toEqual([[], []])
  })

  it('is none that failed: a write is not decided as one that nobody could try', async () => {
    const { core, journal, sent } = await start('dry run', 'reject')
    await expect(core.patchNamespacedConfigMap({ ...inShop, body }, merge)).rejects.toThrow('could not be recorded')
    expect(sent()).toEqual(['look'])
    expect(journal.events.map(({ type }) => type)).not.toContain('action.intent')
  })

  it('waits until it is', async () => {
    let written = (): void => undefined
    const { core, sent } = await start('look', { until: new Promise<void>((resolve) => (written = resolve)) })
    const patched = core.patchNamespacedConfigMap({ ...inShop, body }, merge)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(sent()).toEqual([])
    written()
    await patched
    expect(sent()).toEqual(['look', 'trial', 'write'])
  })

  it('is not waited for longer than a record may take', async () => {
    const { core, sent } = await start('look', { until: new Promise(() => undefined) })
    await expect(core.deleteNamespacedConfigMap(inShop)).rejects.toThrow('so nothing ran')
    expect(sent()).toEqual([])
  })
})

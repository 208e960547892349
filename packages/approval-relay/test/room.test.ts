import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { relayLimits } from '../src/relay-limits.js'
import { nodeFiles } from '../src/store/files.js'
import { envelopeOf } from './support/envelopes.js'
import { closedLater, RelayStage } from './support/relay-stage.js'

const limits = { pendingPerEngine: 2 }

describe('the room of an engine', () => {
  it('is given back by what could not be kept', async () => {
    let fails = true
    const files = {
      ...nodeFiles,
      create: (path: string, bytes: Uint8Array): Promise<void> =>
        fails ? Promise.reject(new Error('no space left')) : nodeFiles.create(path, bytes),
    }
    const stage = await RelayStage.open({ limits: { ...limits, pendingBytesPerEngine: 10_000 } })
    await stage.stop()
    fails = false
    await stage.start({ limits: { ...limits, pendingBytesPerEngine: 10_000 }, files })
    fails = true
    for (let n = 0; n < 20; n++) expect(await stage.orders.ask(envelopeOf().body)).toMatchObject({ status: 503 })
    fails = false
    expect(await stage.orders.ask(envelopeOf().body)).toMatchObject({ status: 201 })
  })

  it('is taken by what is still being kept', async () => {
    const stage = await RelayStage.open({ limits })
    const sent = await Promise.all([1, 2, 3, 4].map(() => stage.orders.ask(envelopeOf().body)))
    expect(sent.map(({ status }) => String(status)).toSorted()).toEqual(['201', '201', '429', '429'])
    expect(await stage.stock.ask(envelopeOf({ engine: 'stock' }).body)).toMatchObject({ status: 201 })
  })

  it('is taken by what waited before a restart, until it ends, once', async () => {
    const stage = await RelayStage.open({ limits })
    const [one, two] = [envelopeOf(), envelopeOf()]
    await stage.orders.ask(one.body)
    await stage.orders.ask(two.body)
    await stage.stop()
    await stage.start({ limits })
    expect(await stage.orders.ask(envelopeOf().body)).toMatchObject({ status: 429 })
    // The same again takes nothing.
    expect(await stage.orders.ask(one.body)).toMatchObject({ status: 200 })
    for (let n = 0; n < 3; n++) expect(await stage.orders.end(one.id, 'withdrawn')).toMatchObject({ status: 204 })
    expect(await stage.orders.ask(envelopeOf().body)).toMatchObject({ status: 201 })
    expect(await stage.orders.ask(envelopeOf().body)).toMatchObject({ status: 429 })
  })

  it('counts bytes', async () => {
    const large = (): string => envelopeOf({ text: 'x'.repeat(3_000) }).body
    const stage = await RelayStage.open({ limits: { pendingBytesPerEngine: 10_000 } })
    const { body, id } = envelopeOf({ text: 'x'.repeat(3_000) })
    expect(await stage.orders.ask(body)).toMatchObject({ status: 201 })
    expect(await stage.orders.ask(large())).toMatchObject({ status: 201 })
    expect(await stage.orders.ask(large())).toMatchObject({ status: 429 })
    await stage.orders.end(id, 'withdrawn')
    expect(await stage.orders.ask(large())).toMatchObject({ status: 201 })
    expect(await stage.orders.ask(large())).toMatchObject({ status: 429 })
  })
})

describe('the files of the relay', () => {
  it('are removed when they are there, and what is no file is told', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'files-'))
    closedLater(() => rm(folder, { recursive: true, force: true }))
    await nodeFiles.create(join(folder, 'one'), Buffer.from('1'))
    await nodeFiles.remove(join(folder, 'one'))
    await nodeFiles.remove(join(folder, 'one'))
    expect(await nodeFiles.list(folder)).toEqual([])
    await mkdir(join(folder, 'two'))
    await expect(nodeFiles.remove(join(folder, 'two'))).rejects.toThrow()
    await nodeFiles.create(join(folder, 'three'), Buffer.from('3'))
    await expect(nodeFiles.create(join(folder, 'three'), Buffer.from('4'))).rejects.toThrow(/EEXIST/u)
    await expect(nodeFiles.rename(join(folder, 'none'), join(folder, 'three'))).rejects.toThrow(/ENOENT/u)
    await expect(nodeFiles.syncFolder(join(folder, 'none'))).rejects.toThrow(/ENOENT/u)
  })
})

describe('the limits that nobody changed', () => {
  it('fit twenty agents that ask as much as they may, each request with its messages', () => {
    const { messagesPerMinute, requestsPerMinute, requestsPerRequesterPerMinute } = relayLimits()
    expect(requestsPerMinute).toBe(20 * requestsPerRequesterPerMinute)
    expect(messagesPerMinute).toBe(10 * requestsPerMinute)
  })
})

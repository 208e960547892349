import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ObserverEvents } from '../../src/observers.js'
import type { Guard, GuardOptions } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import { inlineSource } from '../../src/policy/inline-source.js'
import type { EventType } from '../../src/record/event.js'
import { fileJournal } from '../../src/record/file-journal.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { callbackSink } from '../../src/sinks/callback.js'
import { jsonlSink } from '../../src/sinks/jsonl.js'
import { agent, ask, bench, describeAs, verdict } from '../enforce/support.js'
import { TestSink, ownDirectory, upTo } from './support.js'

const own = ownDirectory()

function guardWith(options: Partial<GuardOptions>): Promise<Guard> {
  return createGuard({
    policy: inlineSource({ version: 1, targets: {}, roles: {} }),
    identity: unverifiedIdentity(),
    targets: [],
    journal: memoryJournal(),
    ...options,
  })
}

const openSession = (guard: Guard): ReturnType<Guard['openSession']> =>
  guard.openSession({ [unverifiedCredential]: agent })

describe('the sinks of a guard', () => {
  it('get every event up to the last one before it closes', async () => {
    const sinks = [new TestSink('one'), new TestSink('two', 1)]
    const on = await bench({ sinks })
    const { access, close } = await on.access()
    expect(verdict(await ask(access, describeAs('read')))).toBe('permitted')
    await close()
    await openSession(on.guard)
    await on.guard.close()
    const types = on.events.map(({ type }) => type)
    expect(types.slice(-1)).toEqual(['session.close'] satisfies EventType[])
    for (const sink of sinks) {
      expect(sink.taken.map(({ text }) => JSON.parse(text) as unknown)).toEqual(on.events)
      expect(sink.closed).toBe(1)
    }
  })

  it('keep no action waiting, whatever they do', async () => {
    const hanging = new TestSink('hanging')
    hanging.answer = () => new Promise(() => undefined)
    const on = await bench({ sinks: [hanging] })
    await expect.poll(() => hanging.batches.length).toBe(1)
    const { access } = await on.access()
    for (const duty of ['read', 'write'] as const)
      expect(verdict(await ask(access, describeAs(duty)))).toBe('permitted')
    expect(on.events.filter(({ type }) => type === 'action.intent')).toHaveLength(2)
    const stopped: unknown[] = []
    on.guard.on('sinkStopped', (event) => stopped.push(event))
    await on.guard.close()
    // It closed although the delivery never ended, and says what is left: all of it.
    expect(hanging.batches).toHaveLength(1)
    expect(stopped).toMatchObject([{ sink: 'hanging', events: on.events.length }])
  })

  it('are reported when they take nothing, and when they do again', async () => {
    const sink = new TestSink()
    sink.answer = () => ({ outcome: 'failed', why: 'it is down' })
    const guard = await guardWith({ sinks: [sink] })
    const told: (keyof ObserverEvents)[] = []
    guard.on('sinkBehind', ({ error, sink: name }) => {
      expect([name, error.code]).toEqual(['siem', 'ERR_SINK_UNAVAILABLE'])
      told.push('sinkBehind')
      sink.answer = () => ({ outcome: 'taken' })
    })
    guard.on('sinkRecovered', () => told.push('sinkRecovered'))
    guard.on('sinkStopped', () => told.push('sinkStopped'))
    await expect.poll(() => told).toEqual(['sinkBehind', 'sinkRecovered'])
    await guard.close()
    expect(told).toHaveLength(2)
  })

  it('go on where they were with the next guard on the journal', async () => {
    const open = (): Promise<Guard> =>
      guardWith({
        journal: fileJournal(join(own.path, 'audit')),
        sinks: [jsonlSink({ name: 'archive', path: join(own.path, 'events.jsonl') })],
      })
    const first = await open()
    await openSession(first)
    await first.close()
    const second = await open()
    await openSession(second)
    await second.close()
    const lines = readFileSync(join(own.path, 'events.jsonl'), 'utf8').trimEnd().split('\n')
    const events = lines.map((line) => JSON.parse(line) as { readonly lsn: number; readonly type: string })
    expect(events.map(({ lsn }) => lsn)).toEqual(upTo(events.length))
    expect(events.filter(({ type }) => type === 'session.close')).toHaveLength(2)
  })

  it('are not fed from a journal that does not hold what they have, which is reported', async () => {
    const audit = join(own.path, 'audit')
    mkdirSync(audit, { mode: 0o700 })
    writeFileSync(join(audit, 'sink-siem.cursor'), '{}\n')
    const sink = new TestSink()
    const guard = await guardWith({ journal: fileJournal(audit), sinks: [sink] })
    const stopped: ObserverEvents['sinkStopped'][] = []
    guard.on('sinkStopped', (event) => stopped.push(event))
    await expect.poll(() => stopped.length).toBe(1)
    expect(stopped[0]).toMatchObject({ sink: 'siem', error: { code: 'ERR_JOURNAL_CORRUPT' } })
    expect(stopped[0]!.events).toBeGreaterThan(0)
    await (await openSession(guard)).close()
    await guard.close()
    expect(sink.batches).toEqual([])
  })

  it('are reported when nobody will know after a crash how far they are', async () => {
    const audit = join(own.path, 'audit')
    mkdirSync(join(audit, 'sink-siem.cursor.new'), { mode: 0o700, recursive: true })
    const guard = await guardWith({ journal: fileJournal(audit), sinks: [new TestSink()] })
    const failures: ObserverEvents['failure'][] = []
    guard.on('failure', (event) => failures.push(event))
    await expect.poll(() => failures.length).toBeGreaterThan(0)
    expect(failures[0]).toMatchObject({ refusal: { code: 'ERR_JOURNAL_UNAVAILABLE' }, cause: { code: 'EISDIR' } })
    await guard.close()
  })

  it('need a journal that feeds them, and none is left open without', async () => {
    const inner = memoryJournal()
    let closed = 0
    const journal: GuardOptions['journal'] = {
      open: async (context) => {
        const opened = await inner.open(context)
        return {
          append: (draft, durability) => opened.append(draft, durability),
          read: () => opened.read(),
          close: () => {
            closed++
            return opened.close()
          },
        }
      },
    }
    const refused = { code: 'ERR_CONFIG_INVALID', message: 'createGuard: the journal feeds no sinks' }
    await expect(guardWith({ journal, sinks: [new TestSink()] })).rejects.toMatchObject(refused)
    expect(closed).toBe(1)
    await (await guardWith({ journal, sinks: [] })).close()
  })

  const deliver = (): Promise<void> => Promise.resolve()
  const siem = callbackSink({ name: 'siem', deliver })
  it.each<readonly [string, unknown, string]>([
    ['no list', siem, 'createGuard: sinks must be a list'],
    ['null', null, 'createGuard: sinks must be a list'],
    ['a function', [deliver], 'createGuard: sinks must hold sinks'],
    ['nothing', [undefined], 'createGuard: sinks must hold sinks'],
    ['two of one name', [siem, new TestSink('other'), new TestSink('siem')], 'createGuard: there are two sinks siem'],
    ['a name that leaves the directory', [new TestSink('../x')], 'createGuard.sinks: name must be'],
    ['a name of two lines', [new TestSink('a\n')], 'createGuard.sinks: name must be'],
    ['no bound', [new TestSink('siem', Number.NaN)], 'createGuard.sinks: batchEvents must be a whole number'],
  ])('are refused before anything is opened: %s', async (_what, sinks, message) => {
    const journal = {
      open: () => {
        throw new Error('a journal was opened')
      },
    }
    await expect(guardWith({ journal, sinks: sinks as never })).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
      message: expect.stringContaining(message),
    })
  })
})

import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { envelopeOf } from './support/envelopes.js'
import { FailingFiles } from './support/failing-files.js'
import { RelayStage } from './support/relay-stage.js'

describe('a disk that fails', () => {
  it.each(['create', 'rename'] as const)(
    'at %s refuses requests and votes, and nothing half-written counts',
    async (call) => {
      const disk = new FailingFiles()
      const stage = await RelayStage.open({ files: disk.files })
      const [kept, lost] = [envelopeOf(), envelopeOf()]
      await stage.orders.ask(kept.body)
      disk.fails = call
      expect(await stage.orders.ask(lost.body)).toMatchObject({ status: 503, body: { code: 'ERR_INTERNAL' } })
      expect(await stage.decide('ann', kept.id)).toEqual({ decided: false, reason: 'failed' })
      expect((await stage.orders.answers(kept.id)).body).toMatchObject({ answers: [] })
      expect((await fetch(`${stage.url}/readyz`)).status).toBe(503)
      expect(await readdir(stage.requests)).toEqual([`${kept.id}.request`])
      disk.fails = undefined
      await stage.stop()
      await stage.start()
      expect(stage.desk.pending()).toMatchObject([{ request: { id: kept.id }, answers: [] }])
      expect(await stage.decide('ann', kept.id)).toMatchObject({ decided: true })
      expect((await fetch(`${stage.url}/readyz`)).status).toBe(200)
    },
  )

  it('that says that names are not safe has a vote taken back', async () => {
    const disk = new FailingFiles()
    const stage = await RelayStage.open({ files: disk.files })
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    disk.fails = 'syncFolder'
    expect(await stage.decide('ann', id)).toEqual({ decided: false, reason: 'failed' })
    expect(await readdir(stage.requests)).toEqual([`${id}.request`])
    disk.fails = undefined
    // It cannot be known what would be read after a crash, so nothing more is promised.
    expect(await stage.decide('bob', id)).toEqual({ decided: false, reason: 'failed' })
    await stage.stop()
    await stage.start()
    expect(await stage.decide('bob', id)).toMatchObject({ decided: true })
  })

  it('at a removal keeps nothing for longer than it has to', async () => {
    const disk = new FailingFiles()
    const stage = await RelayStage.open({ files: disk.files })
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    disk.removes = false
    expect(await stage.orders.end(id, 'withdrawn')).toMatchObject({ status: 503 })
    expect(stage.desk.pending()).toEqual([])
    disk.removes = true
    await expect.poll(() => readdir(stage.requests)).toEqual([])
  })

  it('at a removal brings nothing back that was over, whenever the relay stops', async () => {
    const disk = new FailingFiles()
    const stage = await RelayStage.open({ files: disk.files })
    const [over, waits] = [envelopeOf(), envelopeOf()]
    await stage.orders.ask(over.body)
    await stage.orders.ask(waits.body)
    expect(await stage.decide('ann', over.id)).toMatchObject({ decided: true })
    disk.removes = false
    expect(await stage.orders.end(over.id, 'withdrawn')).toMatchObject({ status: 503 })
    await stage.stop()
    await stage.start()
    expect(stage.desk.pending()).toMatchObject([{ request: { id: waits.id } }])
    expect(await stage.decide('bob', over.id)).toEqual({ decided: false, reason: 'over' })
    expect(await stage.orders.ask(over.body)).toMatchObject({ status: 410 })
    await expect.poll(() => readdir(stage.requests)).toEqual([`${waits.id}.request`])
  })
})

describe('a record that fails', () => {
  it('refuses requests and votes', async () => {
    let isFull = false
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    await stage.stop()
    const inner = stage.journal
    await stage.start({
      journal: {
        open: async (context) => {
          const journal = await inner.open(context)
          return {
            append: (event, durability) => {
              if (isFull) throw new Error('no space left')
              return journal.append(event, durability)
            },
            read: () => journal.read(),
            close: () => journal.close(),
          }
        },
      },
    })
    isFull = true
    expect(await stage.orders.ask(envelopeOf().body)).toMatchObject({ status: 503 })
    expect(await stage.decide('ann', id)).toEqual({ decided: false, reason: 'failed' })
    expect((await stage.orders.answers(id)).body).toMatchObject({ answers: [] })
    expect(await readdir(stage.requests)).toEqual([`${id}.request`])
    isFull = false
    expect(await stage.decide('ann', id)).toMatchObject({ decided: true, n: 2 })
  })
})

describe('what is found at start', () => {
  it('says which answers the engine counted', async () => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    for (const who of ['ann', 'bob']) await stage.decide(who, id)
    await stage.orders.receipts(id, { n: 1, counted: true }, { n: 2, counted: false, reason: 'no-role' })
    await stage.orders.receipts(id, { n: 1, counted: false, reason: 'late' }, { n: 3, counted: true })
    const file = join(stage.requests, `${id}.receipts`)
    await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toMatch(/"n":2.*\n$/u)
    await stage.stop()
    await writeFile(
      file,
      `{"n":1,"cou\n${await readFile(file, 'utf8')}{"n":2,"counted":true}\n{"n":9,"counted":true}\nnull`,
    )
    await stage.start()
    expect(stage.desk.entry(id)?.answers.map(({ receipt }) => receipt)).toEqual([
      { counted: true },
      { counted: false, reason: 'no-role' },
    ])
    expect(stage.ofType('relay.set-aside')).toEqual([])
    await stage.orders.end(id, 'consumed')
    expect(await readdir(stage.requests)).toEqual([])
    // Of a request that was removed nothing is kept.
    await stage.stop()
    await writeFile(file, '')
    await stage.start()
    expect(await readdir(stage.requests)).toEqual([])
  })

  it('says what the engine counted after a crash that tore what it said before', async () => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    for (const who of ['ann', 'bob']) await stage.decide(who, id)
    await stage.stop()
    const file = join(stage.requests, `${id}.receipts`)
    await writeFile(file, '{"n":1,"cou')
    await stage.start()
    await stage.orders.receipts(id, { n: 2, counted: false, reason: 'no-role' })
    await expect.poll(() => readFile(file, 'utf8')).toContain('"n":2')
    await stage.stop()
    await stage.start()
    expect(stage.desk.entry(id)?.answers.map(({ receipt }) => receipt)).toEqual([
      undefined,
      { counted: false, reason: 'no-role' },
    ])
    // It is not counted, so bob can answer again.
    expect(await stage.decide('bob', id)).toMatchObject({ decided: true, n: 3 })
  })

  it('takes receipts also while the disk fails', async () => {
    const disk = new FailingFiles()
    const stage = await RelayStage.open({ files: disk.files })
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    await stage.decide('ann', id)
    disk.fails = 'append'
    expect(await stage.orders.receipts(id, { n: 1, counted: true })).toMatchObject({ status: 204 })
    expect(stage.desk.entry(id)?.answers).toMatchObject([{ receipt: { counted: true } }])
    await expect.poll(() => stage.failures.length).toBe(1)
  })

  it('is read when it is whole, and set aside when it is torn or foreign', async () => {
    const stage = await RelayStage.open()
    const [whole, torn, other] = [envelopeOf(), envelopeOf(), envelopeOf()]
    for (const { body } of [whole, torn, other]) await stage.orders.ask(body)
    await stage.decide('ann', whole.id)
    await stage.decide('bob', whole.id)
    await stage.stop()
    const at = (name: string): string => join(stage.requests, name)
    const text = await readFile(at(`${torn.id}.request`), 'utf8')
    await writeFile(at(`${torn.id}.request`), text.slice(0, text.length / 2))
    await writeFile(at(`${other.id}.request`), await readFile(at(`${whole.id}.request`)))
    await writeFile(at(`${whole.id}.answer-2`), '{"v":1}')
    await writeFile(at('notes.txt'), 'mine')
    await writeFile(at('.unfinished-1'), 'half')
    await mkdir(at(`${'a'.repeat(32)}.request`))
    await symlink('/dev/zero', at(`${'b'.repeat(32)}.request`))
    await stage.start()
    expect(stage.desk.pending()).toMatchObject([
      { request: { id: whole.id }, answers: [{ n: 1, by: { subject: { id: 'ann' } } }] },
    ])
    const aside = ['a'.repeat(32), 'b'.repeat(32), torn.id, other.id].map((id) => `${id}.request`)
    expect(stage.ofType('relay.set-aside').map(({ file }) => file)).toEqual(
      expect.arrayContaining([...aside, `${whole.id}.answer-2`, 'notes.txt']) as string[],
    )
    expect(stage.ofType('relay.set-aside')).toHaveLength(6)
    expect(await (await fetch(`${stage.url}/readyz`)).json()).toEqual({ ready: true })
    expect((await readdir(stage.requests)).toSorted()).toEqual([`${whole.id}.answer-1`, `${whole.id}.request`])
    expect(await readdir(stage.path('relay/set-aside'))).toHaveLength(6)
    // A number that was given is not given again.
    await stage.decide('bob', whole.id)
    expect((await stage.orders.answers(whole.id)).body).toMatchObject({ answers: [{ n: 1 }, { n: 3 }] })
  })

  it('is for the user of the relay alone', async () => {
    const stage = await RelayStage.open()
    await stage.orders.ask(envelopeOf().body)
    const modes = async (name: string) => (await stat(stage.path(name))).mode & 0o777
    expect(await modes('relay')).toBe(0o700)
    expect(await modes('relay/requests')).toBe(0o700)
    const [name = ''] = await readdir(stage.requests)
    expect(await modes(`relay/requests/${name}`)).toBe(0o600)
    await expect(stage.start()).rejects.toMatchObject({ code: 'ERR_JOURNAL_LOCKED' })
  })

  it('is no folder that others may look into', async () => {
    const stage = await RelayStage.open()
    await stage.stop()
    await mkdir(stage.path('open'), { mode: 0o755 })
    await expect(stage.start({ folder: stage.path('open') })).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    await stage.start()
  })

  it('has a bounded history, of which a torn line is left out', async () => {
    const stage = await RelayStage.open({ limits: { history: 2 } })
    for (let n = 0; n < 7; n++) {
      const { body, id } = envelopeOf({ target: `t${String(n)}` })
      await stage.orders.ask(body)
      await stage.orders.end(id, 'withdrawn')
    }
    expect(stage.desk.history(9).map(({ target }) => target)).toEqual(['t6', 't5'])
    expect(stage.desk.history(1).map(({ target }) => target)).toEqual(['t6'])
    expect(stage.desk.history(0)).toEqual([])
    await stage.stop()
    const file = stage.path('relay/history.jsonl')
    const text = await readFile(file, 'utf8')
    expect(text.split('\n').length).toBeLessThan(7)
    expect(text).not.toMatch(/s3cret|delete from/)
    await writeFile(file, `${text}{"id":"torn`)
    await stage.start({ limits: { history: 2 } })
    expect(stage.desk.history(9).map(({ target }) => target)).toEqual(['t6'])
    expect(stage.desk.history(0)).toEqual([])
  })
})

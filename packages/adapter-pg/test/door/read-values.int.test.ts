import { createHash } from 'node:crypto'
import type { ProvableAction, Session } from '@bothkeys/core'
import { signAction } from '@bothkeys/core/signing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { Desk, holdOn } from './support/desk.js'
import { bind, errorField, errors, execute, extended, parse, query, rows, sync, Wire } from './support/wire.js'

/** The second of January to most servers, the first of February to some. */
const day = `'01/02/2026'`

describe('settings by which values are read', () => {
  let on: Governed
  let desk: Desk
  let session: Session
  let wire: Wire

  beforeAll(async () => {
    desk = await Desk.open()
    on = await governed({
      seed: 'create table days (day date); create table t (a int)',
      allow: [{ target: 'db', duty: ['read', 'write', 'delete'], resource: 'table:public.*' }],
      hold: [holdOn('delete', { holdInTransaction: 'allow' })],
      approvers: [desk],
    })
    session = await on.session()
  })

  beforeEach(async () => {
    wire = await Wire.open(on.target, session)
    desk.asked.length = 0
    return async () => {
      await wire.end()
    }
  })

  afterAll(async () => {
    await on.close()
  })

  const shown = async (text: string): Promise<readonly (string | null)[] | undefined> => {
    const answer = await wire.ask(query(text))
    expect(errors(answer)).toEqual([])
    return rows(answer)[0]
  }

  /** With which settings people are asked about a date in a text. */
  const askedWith = async (): Promise<unknown> => {
    const answer = wire.ask(query(`delete from days where day = ${day}`))
    const { request, approve } = await desk.next()
    await approve()
    expect(errors(await answer)).toEqual([])
    return request.settings
  }

  it('are shown to whoever signs for the action, with the state that they belong to, and a proof holds with no others', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', keys.publicKey)
    // RFC 7638.
    const key = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
    const signed: ProvableAction[] = []
    let shownAs = (action: ProvableAction): ProvableAction => action
    const sub = await session.delegate({
      name: 'reader',
      roles: ['agent'],
      ttlMs: 60_000,
      key,
      proveAction: (action) => {
        signed.push(action)
        return signAction(shownAs(action), { engine: 'bothkeys', keys, algorithm: 'ES256' })
      },
    })
    const own = await Wire.open(on.target, sub)
    const reading = query(`select a from t where ${day} is not null`)
    expect(errors(await own.ask(reading))).toEqual([])
    expect(errors(await own.ask(query(`set datestyle = 'ISO, DMY'`)))).toEqual([])
    expect(errors(await own.ask(reading))).toEqual([])
    const [usual, , other] = signed
    expect([usual?.settings, other?.settings]).toEqual([{}, { DateStyle: 'ISO, DMY' }])
    expect([usual?.text === other?.text, usual?.state === other?.state]).toEqual([true, false])
    shownAs = (action) => ({ ...action, settings: {}, state: usual?.state ?? '' })
    expect(errorField(await own.ask(reading), 'M')).toContain('its adh is not')
    await own.end()
    await sub.close()
  })

  it.each([
    `set datestyle = 'ISO, DMY'`,
    `set session datestyle to 'ISO, DMY'`,
    `select set_config('datestyle', 'ISO, DMY', false)`,
  ])('are shown to whoever approves what follows: %s', async (setting) => {
    expect(errors(await wire.ask(query(setting)))).toEqual([])
    expect(await askedWith()).toEqual({ DateStyle: 'ISO, DMY' })
  })

  it('are shown as they are inside a transaction and behind it', async () => {
    for (const text of ['begin', 'savepoint s', `set local datestyle = 'ISO, DMY'`]) await wire.ask(query(text))
    expect(await askedWith()).toEqual({ DateStyle: 'ISO, DMY' })
    await wire.ask(query('rollback to s'))
    expect(await askedWith()).toBeUndefined()
    await wire.ask(query(`set datestyle = 'ISO, DMY'`))
    await wire.ask(query('rollback'))
    expect(await askedWith()).toBeUndefined()
  })

  it('stand in the view', async () => {
    await wire.ask(query(`set datestyle = 'ISO, DMY'`))
    const answer = wire.ask(query(`delete from days where day = ${day}`))
    const { request, approve } = await desk.next()
    expect(request.view.text.split('\n')).toContain('  setting    DateStyle = "ISO, DMY"')
    await approve()
    expect(errors(await answer)).toEqual([])
  })

  it('are not mentioned where they are what PostgreSQL comes with', async () => {
    await wire.ask(query(`set timezone = 'UTC'`))
    expect(await askedWith()).toBeUndefined()
  })

  it('count when a client chooses them as it connects', async () => {
    const other = await Wire.open(on.target, session, { datestyle: 'ISO, DMY', extra_float_digits: '3' })
    const answer = other.ask(query('delete from days'))
    const { request, approve } = await desk.next()
    expect(request.settings).toEqual({ DateStyle: 'ISO, DMY', extra_float_digits: '3' })
    await approve()
    expect(errors(await answer)).toEqual([])
    await other.end()
  })

  it('count in the middle of a batch', async () => {
    wire.send(extended(`set datestyle = 'ISO, DMY'`), extended(`delete from days where day = ${day}`), sync)
    const { request, approve } = await desk.next()
    expect(request.settings).toEqual({ DateStyle: 'ISO, DMY' })
    await approve()
    expect(errors(await wire.ready())).toEqual([])
  })

  it('count as they are once a batch that set them was undone', async () => {
    const answer = await wire.ask(extended(`set datestyle = 'ISO, DMY'`), extended('select 1/0'), sync)
    expect(errors(answer)).toEqual(['22012'])
    expect(await askedWith()).toBeUndefined()
  })

  it('hold for what was prepared before, too', async () => {
    await wire.ask(query(`set datestyle = 'ISO, DMY'`))
    await wire.ask(query(`prepare p as select ${day}::date`))
    await wire.ask(parse('q', `select ${day}::date`), sync)
    expect(await shown('execute p')).toEqual(['2026-02-01'])
    await wire.ask(query(`set datestyle = 'ISO, MDY'`))
    expect(await shown('execute p')).toEqual(['2026-01-02'])
    expect(rows(await wire.ask(bind('', 'q'), execute(''), sync))[0]).toEqual(['2026-01-02'])
  })

  it('are chosen freely', async () => {
    for (const text of [
      `set time zone 'Europe/Paris'`,
      `set extra_float_digits = 3`,
      `set intervalstyle to iso_8601`,
      `set bytea_output = 'escape'`,
      'reset timezone',
    ]) {
      expect(errors(await wire.ask(query(text)))).toEqual([])
    }
    expect(errors(await wire.ask(query('insert into t values (1)')))).toEqual([])
  })
})

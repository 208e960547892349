import { describe, expect, it } from 'vitest'
import { cString, int32 } from '../../src/door/messages.js'
import { forwardedSettings, readStartup, refuseParameters } from '../../src/door/startup.js'

function startup(version: number, ...fields: readonly string[]): Buffer {
  const body = Buffer.concat([int32(version), ...fields.map(cString)])
  return Buffer.concat([int32(4 + body.length), body])
}

describe('a start-up message', () => {
  it('is read with every parameter', () => {
    const read = readStartup(startup(0x0003_0002, 'user', 'ann', 'database', 'orders', ''))
    expect(read).toEqual({
      kind: 'startup',
      minor: 2,
      parameters: new Map([
        ['user', 'ann'],
        ['database', 'orders'],
      ]),
    })
  })

  it.each([
    ['another major version', startup(0x0002_0000, '')],
    ['no end', startup(0x0003_0000, 'user', 'ann')],
    ['bytes behind its end', startup(0x0003_0000, 'user', 'ann', '', '')],
    ['no version', Buffer.from([0, 0, 0, 6, 0, 3])],
  ])('with %s is refused', (_what, bytes) => {
    expect(readStartup(bytes)).toMatchObject({ kind: 'refused', refusal: { code: 'ERR_PROTOCOL_REFUSED' } })
  })
})

describe('start-up parameters', () => {
  const refusal = (name: string, value: string): string | undefined =>
    refuseParameters(new Map([[name, value]]), 'orders')?.code

  it.each([
    ['database', 'archive'],
    ['replication', 'true'],
    ['replication', 'database'],
    ['client_encoding', 'SQL_ASCII'],
    ['client_encoding', "UTF8'; x"],
    ['options', '-c session_replication_role=replica'],
    ['search_path', 'public'],
    ['role', 'postgres'],
    ['default_transaction_read_only', 'off'],
    ['standard_conforming_strings', 'off'],
  ])('%s = %s is refused', (name, value) => {
    expect(refusal(name, value)).toBe('ERR_PROTOCOL_REFUSED')
  })

  it.each([
    ['user', 'anybody'],
    ['database', 'orders'],
    ['replication', 'false'],
    ['client_encoding', "'utf-8'"],
    ['options', ' '],
    ['DateStyle', 'ISO'],
    ['_pq_.protocol_managed_params', '1'],
  ])('%s = %s passes', (name, value) => {
    expect(refusal(name, value)).toBeUndefined()
  })

  it('are forwarded when they are on the list, and no others', () => {
    const parameters = new Map([
      ['user', 'ann'],
      ['application_name', 'psql'],
      ['TimeZone', 'UTC'],
      ['options', ' '],
    ])
    expect(forwardedSettings(parameters)).toEqual(new Map([['timezone', 'UTC']]))
  })
})

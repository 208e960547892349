import { describe, expect, it } from 'vitest'
import { resolveConfig, upstreamConfig } from '../../src/door/upstream-config.js'

const resolved = resolveConfig({ host: 'db', user: 'door', database: 'orders', password: 'secret' })

function options(
  parameters: Readonly<Record<string, string>>,
  readOnly: boolean,
  backstops: readonly string[] = [],
): string {
  return upstreamConfig(resolved, 'abc', new Map(Object.entries(parameters)), readOnly, backstops).options ?? ''
}

describe('the start-up options of a connection to the server', () => {
  it('make every transaction of a reader READ ONLY', () => {
    expect(options({}, true)).toContain('-c default_transaction_read_only=on')
    expect(options({}, false)).not.toContain('read_only')
  })

  it('keep quotes meaning what the analysis takes them for, whatever came before', () => {
    expect(options({ timezone: 'UTC' }, true)).toMatch(/-c standard_conforming_strings=on$/u)
  })

  it('hide no further setting behind a value', () => {
    const hidden = options({ timezone: 'UTC -c default_transaction_read_only=off' }, false)
    expect(hidden).toContain('-c timezone=UTC\\ -c\\ default_transaction_read_only=off ')
    expect(options({ timezone: 'a\\ b\tc' }, false)).toContain('timezone=a\\\\\\ b\\\tc ')
  })

  it('put the client’s own choice behind the one of a backstop', () => {
    const chosen = options({ lock_timeout: '1s' }, false, ['timeouts'])
    expect(chosen.indexOf('lock_timeout=10s')).toBeGreaterThanOrEqual(0)
    expect(chosen.indexOf('lock_timeout=1s')).toBeGreaterThan(chosen.indexOf('lock_timeout=10s'))
  })
})

describe('the name of a connection to the server', () => {
  it('begins with the session and is cut where the server would cut it', () => {
    const { application_name: name } = upstreamConfig(
      resolved,
      'abc',
      new Map([['application_name', 'x'.repeat(100)]]),
      false,
      [],
    )
    expect(name).toMatch(/^bothkeys:abc x+$/u)
    expect(name).toHaveLength(63)
  })
})

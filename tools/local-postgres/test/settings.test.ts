import { expect, it } from 'vitest'
import { settingLines } from '../src/settings.js'

const placement = { port: 5433, socketFolder: '/tmp/x/socket', logFolder: '/tmp/x/log', jsonlog: false }

it('lets the caller choose durability', () => {
  expect(settingLines({}, placement)).toContain("fsync = 'off'\n")
  expect(settingLines({ fsync: 'on' }, placement)).toContain("fsync = 'on'\n")
})

it('keeps where the server listens out of the caller’s hands', () => {
  const lines = settingLines({ listen_addresses: '*', port: '5432' }, placement)
  expect(lines).toContain("listen_addresses = '127.0.0.1'\n")
  expect(lines).toContain("port = '5433'\n")
})

it('quotes a value', () => {
  expect(settingLines({ application_name: "it's" }, placement)).toContain("application_name = 'it''s'\n")
})

import { expect, it } from 'vitest'
import { findBinaries } from '../src/binaries.js'

it('finds the programs that came with npm', () => {
  expect(findBinaries('embedded')).toMatchObject({ source: 'embedded', version: '18.4' })
})

it('names the two choices when asked for another', () => {
  expect(() => findBinaries('docker')).toThrow('BOTHKEYS_PG is "docker", but must be "system" or "embedded"')
})

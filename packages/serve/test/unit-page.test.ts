import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../src/config/config.js'
import { exitCodes } from '../src/command-line.js'

const read = (path: string): string => readFileSync(new URL(`../../../docs/${path}`, import.meta.url), 'utf8')
const unit = read('serve/bothkeys.service')

/** What the unit says, each time that it says it. */
const values = (key: string): readonly string[] =>
  unit.split('\n').flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []))

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0

describe('docs/serve/bothkeys.service', () => {
  let folder: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bk-unit-'))
  })

  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  /** What systemd finds wrong with a unit. Its program is one that is there. */
  function verify(text: string): string {
    const path = join(folder, 'bothkeys.service')
    writeFileSync(path, text.replace('ExecStart=/usr/bin/bothkeys', `ExecStart=${process.execPath}`))
    const { stderr, stdout } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' })
    return `${stdout}${stderr}`
      .split('\n')
      .filter((line) => line.includes('bothkeys.service'))
      .join('\n')
  }

  it.runIf(hasSystemd)('is a unit in which systemd finds nothing wrong', () => {
    expect(execFileSync('systemd-analyze', ['--version'], { encoding: 'utf8' })).toContain('systemd')
    expect(verify(unit)).toBe('')
    // Somebody looks: what is misspelt is found.
    expect(verify(unit.replace('ProtectSystem=', 'ProtectSystm='))).toContain('ProtectSystm')
  })

  it('does not start again what a person has to mend first', () => {
    const { config, usage } = exitCodes
    expect(values('RestartPreventExitStatus')).toEqual([`${String(usage)} ${String(config)}`])
  })

  it('waits longer for the end than the process does', () => {
    const [, example = ''] = /```yaml\n(.*?)```/su.exec(read('serve.md')) ?? []
    const [waits] = values('TimeoutStopSec').map(Number)
    expect(waits).toBeGreaterThan(parseConfig('serve.yaml', example).drainSeconds)
  })

  it('hands each secret over that the configuration names, and gives the process no right more', () => {
    const [, example = ''] = /```yaml\n(.*?)```/su.exec(read('serve.md')) ?? []
    const named = [...example.matchAll(/Credential: (\S+)/gu)].map(([, name = '']) => name)
    const given = values('LoadCredential').map((value) => value.split(':')[0])
    expect(named.length).toBeGreaterThan(0)
    expect(given).toEqual(expect.arrayContaining(named))
    const alone = ['NoNewPrivileges', 'CapabilityBoundingSet', 'AmbientCapabilities', 'ProtectSystem', 'LimitCORE']
    expect(alone.map((key) => values(key))).toEqual([['yes'], [''], [''], ['strict'], ['0']])
    expect(values('User')).toEqual(['bothkeys'])
  })
})

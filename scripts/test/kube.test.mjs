import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { kubernetesAssets } from '../kube/assets.mjs'
import { withSources } from '../kube/private-apt.mjs'
import { recipe } from '../kube/recipe.mjs'
import { run } from '../kube/run.mjs'

afterEach(() => vi.unstubAllEnvs())

it('uses the programs that KUBEBUILDER_ASSETS names and builds none', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'bothkeys-cache-'))
  try {
    vi.stubEnv('XDG_CACHE_HOME', cache)
    vi.stubEnv('KUBEBUILDER_ASSETS', '/somewhere')
    expect(await kubernetesAssets()).toBe('/somewhere')
    expect(existsSync(join(cache, 'bothkeys'))).toBe(false)
  } finally {
    rmSync(cache, { recursive: true })
  }
})

it('uses the programs that this recipe has built', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'bothkeys-cache-'))
  try {
    vi.stubEnv('XDG_CACHE_HOME', cache)
    vi.stubEnv('KUBEBUILDER_ASSETS', '')
    const built = join(cache, 'bothkeys', recipe())
    mkdirSync(built, { recursive: true })
    expect(await kubernetesAssets()).toBe(built)
  } finally {
    rmSync(cache, { recursive: true })
  }
})

it('looks for what another recipe builds elsewhere, and for what this one builds where it was', () => {
  const scripts = join(import.meta.dirname, '../kube')
  const copy = mkdtempSync(join(tmpdir(), 'bothkeys-recipe-'))
  try {
    cpSync(scripts, copy, { recursive: true })
    expect(recipe(copy)).toBe(recipe())
    expect(recipe()).toMatch(/^kubernetes-1\.20\.2-[\da-f]{16}$/)
    const names = new Set([recipe()])
    const parts = readdirSync(copy)
    expect(parts).toEqual(expect.arrayContaining(['build.mjs', 'compile.mjs', 'debian-packages.mjs', 'source.mjs']))
    for (const name of parts) {
      appendFileSync(join(copy, name), '// another\n')
      names.add(recipe(copy))
    }
    expect(names.size).toBe(parts.length + 1)
  } finally {
    rmSync(copy, { recursive: true })
  }
})

it('asks the mirrors of Debian for packages and their sources, and no others', () => {
  const list = 'deb https://mirror.example/debian stable main\ndeb https://tools.example/apt stable main\n# deb x\n'
  expect(withSources('/etc/apt/sources.list', list).split('\n')).toEqual([
    'deb https://mirror.example/debian stable main',
    'deb-src https://mirror.example/debian stable main',
  ])
  const stanza = 'Types: deb\nURIs: https://mirror.example/debian\nSuites: stable'
  const other = 'Types: deb\nURIs: https://tools.example/apt\nSuites: stable'
  expect(withSources('/etc/apt/sources.list.d/debian.sources', `${stanza}\n\n${other}\n`)).toBe(
    stanza.replace('deb', 'deb deb-src'),
  )
})

it('tells what a program printed that fails', async () => {
  await expect(run('sh', ['-c', 'echo no room >&2; exit 4'])).rejects.toThrow(/ended with 4:\nno room/)
})

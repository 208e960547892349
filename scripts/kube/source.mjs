import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.mjs'

/** Unpacks Debian's source package to `target` and mends what newer Go breaks. */
export async function fetchSource(apt, target) {
  await apt.update()
  const description = await apt.source('kubernetes', target)
  if (!existsSync(join(target, 'cmd/kube-apiserver'))) {
    throw new Error(`${description} has no API server, Debian 12's has: set KUBEBUILDER_ASSETS instead.`)
  }
  await mendReflection(apt, target)
}

/**
 * The vendored reflect2 1.0.1 breaks with Go 1.18 and newer: every pretty-printed answer ends the server. Debian has 1.0.2,
 * which says the same to its callers.
 */
async function mendReflection(apt, source) {
  const vendored = join(source, 'vendor/github.com/modern-go/reflect2')
  const unpacked = await apt.unpack('golang-github-modern-go-reflect2-dev')
  const newer = join(unpacked, 'usr/share/gocode/src/github.com/modern-go/reflect2')
  const code = (folder) =>
    readdirSync(folder)
      .filter((name) => /\.(go|s)$/.test(name))
      .map((name) => join(folder, name))
  await run('rm', code(vendored))
  await run('cp', [...code(newer), vendored])
}

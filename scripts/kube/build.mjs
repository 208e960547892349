// Builds kube-apiserver 1.20.2 from Debian's source package into the folder that is its argument, and puts Debian's kubectl and
// etcd beside it. What an interrupted build has done is used by the next one. Run by assets.mjs, one at a time.
import { copyFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { compileServer } from './compile.mjs'
import { installPackages } from './debian-packages.mjs'
import { privateApt } from './private-apt.mjs'
import { run } from './run.mjs'
import { fetchSource } from './source.mjs'

const folder = process.argv[2]
// Another one may have built it while this one waited.
if (!existsSync(folder)) await build()

async function build() {
  const startedAt = performance.now()
  const minutes = () => `${((performance.now() - startedAt) / 60_000).toFixed(1)} min`
  await installPackages('golang-go', 'dpkg-dev')
  const work = `${folder}.work`
  const apt = privateApt(work)
  const source = join(work, 'source')
  const unpacked = join(work, 'unpacked')
  if (!existsSync(unpacked)) {
    await run('rm', ['-rf', work])
    mkdirSync(work, { recursive: true })
    console.log('Downloading the source package of Kubernetes …')
    await fetchSource(apt, source)
    writeFileSync(unpacked, '')
  }
  console.log(
    'Building kube-apiserver at the lowest priority, once; on two idle cores that takes about three minutes …',
  )
  const finished = join(work, 'finished')
  await run('rm', ['-rf', finished])
  mkdirSync(finished)
  await compile({ source, work, target: join(finished, 'kube-apiserver') }, minutes)
  copyFileSync(join(await apt.unpack('kubernetes-client'), 'usr/bin/kubectl'), join(finished, 'kubectl'))
  copyFileSync(join(await apt.unpack('etcd-server'), 'usr/bin/etcd'), join(finished, 'etcd'))
  renameSync(finished, folder)
  await run('rm', ['-rf', work])
  console.log(`Built after ${minutes()}; kept in ${folder}`)
}

/** Tells every half a minute how far it is. */
async function compile(parts, minutes) {
  let compiled = 0
  const tell = setInterval(() => console.log(`  ${minutes()}: ${compiled} packages compiled`), 30_000)
  try {
    await compileServer({ ...parts, onPackage: () => (compiled += 1) })
  } finally {
    clearInterval(tell)
  }
}

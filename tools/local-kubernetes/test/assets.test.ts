import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findAssets } from '../src/assets.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bothkeys-assets-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function program(name: string, prints: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\necho "${prints}"\n`)
  chmodSync(join(folder, name), 0o755)
}

it('finds the programs and asks the API server for its version', () => {
  program('kube-apiserver', 'Kubernetes v1.20.2')
  for (const name of ['etcd', 'kubectl']) program(name, '')
  expect(findAssets(folder)).toEqual({
    etcd: join(folder, 'etcd'),
    apiServer: join(folder, 'kube-apiserver'),
    kubectl: join(folder, 'kubectl'),
    version: '1.20.2',
  })
})

it('says which program is missing and how to get it', () => {
  program('kube-apiserver', 'Kubernetes v1.20.2')
  expect(() => findAssets(folder)).toThrow(/no program .*etcd.*npm run test:kube/)
  expect(() => findAssets('')).toThrow(/KUBEBUILDER_ASSETS is not set.*npm run test:kube/)
})

import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { checkServe } from '../src/index.js'
import { readConfigFile } from '../src/read-config-file.js'
import type { ServedFolder } from './support/served-folder.js'
import { makeServedFolder, policy } from './support/served-folder.js'

const folders: ServedFolder[] = []

afterEach(() => {
  for (const { path } of folders.splice(0)) rmSync(path, { recursive: true })
})

async function folderOf(config: object = {}): Promise<ServedFolder> {
  const database = { host: '127.0.0.1', port: 1, name: 'none' }
  const folder = await makeServedFolder({ database, login: { user: 'door', password: 's3cret' }, config })
  folders.push(folder)
  return folder
}

const check = ({ config }: ServedFolder): Promise<void> => checkServe(readConfigFile(config))

const refusal = (code: string, message: RegExp): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })

describe('checking a configuration', () => {
  it('asks no server', async () => {
    await expect(check(await folderOf())).resolves.toBeUndefined()
  })

  it.each(['policy.yaml', 'people.yaml', 'issuer.jwks', 'desk.jwks'])(
    'refuses %s that others can write',
    async (file) => {
      const folder = await folderOf()
      chmodSync(join(folder.path, file), 0o644)
      await expect(check(folder)).resolves.toBeUndefined()
      chmodSync(join(folder.path, file), 0o664)
      await expect(check(folder)).rejects.toThrow(refusal('ERR_CONFIG_INVALID', /can be written by others/))
    },
  )

  it('refuses secrets that others can read', async () => {
    const folder = await folderOf()
    chmodSync(folder.passwordFile, 0o640)
    await expect(check(folder)).rejects.toThrow(refusal('ERR_CONFIG_INVALID', /password of db .* read by others/))
    chmodSync(folder.config, 0o604)
    await expect(async () => check(folder)).rejects.toThrow(
      refusal('ERR_CONFIG_INVALID', /configuration .* read by others/),
    )
  })

  it('refuses the key of an approver that others can read', async () => {
    const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
    const relay = { kind: 'webhook', name: 'relay', url: 'https://relay.test', issuer: 'r', jwksFile: 'desk.jwks' }
    const folder = await folderOf({ approvers: [{ ...relay, keyFile: 'relay.key', algorithm: 'EdDSA' }] })
    const path = join(folder.path, 'relay.key')
    writeFileSync(path, key, { mode: 0o600 })
    await expect(check(folder)).resolves.toBeUndefined()
    chmodSync(path, 0o640)
    await expect(check(folder)).rejects.toThrow(refusal('ERR_CONFIG_INVALID', /approver relay .* read by others/))
  })

  it('refuses a folder of a socket that others can write to', async () => {
    const folder = await folderOf()
    chmodSync(folder.door, 0o770)
    await expect(check(folder)).rejects.toThrow(refusal('ERR_CONFIG_INVALID', /door of db.* can be written by others/))
  })

  it('refuses a policy and a directory that are wrong, and targets that they do not agree on', async () => {
    const folder = await folderOf()
    writeFileSync(
      folder.policy,
      JSON.stringify({ ...policy, targets: { ...policy.targets, more: { kind: 'postgres' } } }),
    )
    await expect(check(folder)).rejects.toThrow(refusal('ERR_TARGET_UNKNOWN', /more stands in the policy alone/))
    writeFileSync(folder.policy, JSON.stringify({ version: 1, targets: {}, roles: {} }))
    await expect(check(folder)).rejects.toThrow(refusal('ERR_TARGET_UNKNOWN', /db does not stand in the policy/))
    writeFileSync(folder.policy, 'polcy: 1')
    await expect(check(folder)).rejects.toThrow(refusal('ERR_POLICY_INVALID', /polcy/))
    writeFileSync(folder.policy, JSON.stringify(policy))
    writeFileSync(join(folder.path, 'people.yaml'), 'peple: 1')
    await expect(check(folder)).rejects.toThrow(refusal('ERR_DIRECTORY_INVALID', /peple/))
  })

  it('refuses keys that are none', async () => {
    const folder = await folderOf()
    writeFileSync(join(folder.path, 'issuer.jwks'), '{"keys":[]}')
    await expect(check(folder)).rejects.toThrow(refusal('ERR_CONFIG_INVALID', /jwks/))
  })

  it('takes a systemd credential, and says when there is none', async () => {
    const target = (await folderOf().then(({ config }) => readConfigFile(config))).config.targets[0]
    const { passwordFile: _, ...rest } = target ?? {}
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
    const folder = await folderOf({ targets: [{ ...given, passwordCredential: 'db.password' }] })
    await expect(check(folder)).rejects.toThrow(refusal('ERR_CONFIG_INVALID', /CREDENTIALS_DIRECTORY/))
    await expect(checkServe({ ...readConfigFile(folder.config), credentials: folder.path })).resolves.toBeUndefined()
  })

  it('refuses options that it does not know', async () => {
    const folder = await folderOf()
    const options = { ...readConfigFile(folder.config), foldr: 'x' }
    await expect(checkServe(options)).rejects.toThrow(refusal('ERR_CONFIG_INVALID', /no option foldr/))
  })
})

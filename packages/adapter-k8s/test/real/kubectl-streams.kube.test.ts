import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guarded, type Guarded } from '../support/governed.js'
import { installedKubectl, Kubectl } from '../support/kubectl.js'
import { plainConfig, type Stage, stage } from '../support/real-cluster.js'

const installed = installedKubectl()
let here: Stage
let on: Guarded
let kubectls: { readonly old: Kubectl; readonly installed: Kubectl }

beforeAll(async () => {
  here = await stage()
  const { cluster, kubelet, namespace } = here
  await kubelet.runPod({ namespace, name: 'shop' })
  const pods = { resource: `object:${namespace}.**` }
  on = await guarded(
    plainConfig(cluster),
    [
      { duty: ['read', 'execute'], ...pods },
      { duty: ['execute', 'transfer'], ...pods, when: { payload: 'unbound' } },
      { duty: 'read', resource: 'path:*' },
    ],
    {
      options: { namespace },
      policy: {
        mask: [{ id: 'mails', target: 'cluster', detect: ['email'], with: 'redact' }],
        deny: [{ id: 'no-rm', target: 'cluster', duty: 'execute', resource: 'object:**', when: { command: 'rm' } }],
      },
    },
  )
  const door = await on.target.listen(on.session)
  kubectls = {
    old: new Kubectl(cluster.kubectl, door.kubeconfig),
    installed: new Kubectl(installed ?? cluster.kubectl, door.kubeconfig),
  }
})
afterAll(async () => {
  kubectls.old.close()
  kubectls.installed.close()
  await on.guard.close()
})

describe('what streams through the door to kubectl', () => {
  it.each(['old', 'installed'] as const)('is a log, masked, also while it grows (%s)', async (which) => {
    let more = (): void => undefined
    here.kubelet.handlers.logs = async (_call, output) => {
      output.write('to jane.doe@example.com\n')
      await new Promise<void>((resolve) => {
        more = resolve
      })
      output.write('done\n')
    }
    const following = kubectls[which].start(['logs', '-f', 'shop'])
    let seen = ''
    following.stdout?.on('data', (chunk: Buffer) => (seen += chunk.toString('utf8')))
    // A kubectl begins slowly on a busy machine.
    await expect.poll(() => seen, { timeout: 90_000 }).toBe('to [email]\n')
    more()
    await expect.poll(() => seen).toBe('to [email]\ndone\n')
    await expect.poll(() => following.exitCode).toBe(0)
  })

  it.skipIf(installed === undefined)('is a process, with its input, output and exit code', async () => {
    here.kubelet.handlers.exec = async ({ command, stdin, stderr, stdout }) => {
      stdout.write(`${command.join(' ')}: ${await text(stdin)} by jane.doe@example.com\n`)
      stderr.write('and an error\n')
      return 3
    }
    const without = await kubectls.installed.run(['exec', 'shop', '--', 'ls', '-l'])
    expect(without.stdout).toBe('ls -l:  by [email]\n')
    expect(without.stderr).toContain('and an error\n')
    expect(without.code).toBe(3)
    const withInput = await kubectls.installed.run(['exec', '-i', 'shop', '--', 'wc'], 'some')
    expect([withInput.code, withInput.stdout]).toEqual([3, 'wc: "some" by [email]\n'])
  })

  it.skipIf(installed === undefined)(
    'is told why a process is refused, although kubectl asks in SPDY then',
    async () => {
      const before = here.kubelet.requests.length
      const { code, stderr } = await kubectls.installed.run(['exec', 'shop', '--', 'rm', '-rf', '/'])
      expect(code).toBe(1)
      expect(stderr).toContain('no-rm')
      expect(here.kubelet.requests.slice(before)).toEqual([])
    },
  )

  it('is no process in SPDY, and what is refused is told', async () => {
    const before = here.kubelet.requests.length
    const { code, stderr } = await kubectls.old.run(['exec', 'shop', '--', 'ls'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/refused|403|400/)
    const elsewhere = await kubectls.installed.run(['exec', '-n', 'default', 'shop', '--', 'ls'])
    expect(elsewhere.code).toBe(1)
    expect(elsewhere.stderr).toContain('no rule allows it')
    expect(here.kubelet.requests.slice(before)).toEqual([])
  })
})

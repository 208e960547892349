import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { expect, it, onTestFinished } from 'vitest'
import { connected } from './support/connect.js'

const program = fileURLToPath(new URL('support/stdio-server.ts', import.meta.url))

it('a server over standard input and output ends with its client, and runs nothing for it then', async () => {
  const child = spawn(process.execPath, ['--conditions=@bothkeys/source', '--import=tsx', program])
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = text(child.stderr)
  // Both ends of the protocol send lines. A client transport would kill a process that takes two seconds to end.
  const client = await connected(new StdioServerTransport(child.stdout, child.stdin))
  expect(await client.say('say', { text: 'hello' })).toBe('success: said hello')
  let held = 0
  const answer = client.say('say', { text: 'wait' }, { onprogress: () => (held += 1) }).catch(() => 'gone')
  await expect.poll(() => held).toBe(1)
  const over = once(child, 'exit')
  child.stdin.end()
  await client.close()
  expect(await answer).toBe('gone')
  expect(await over).toEqual([0, null])
  expect(await said).toBe('waiting false, ran hello')
  expect(client.accepted).toBe(0)
})

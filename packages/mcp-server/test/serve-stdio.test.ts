import { fileURLToPath } from 'node:url'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { expect, it } from 'vitest'
import { connected } from './support/connect.js'

it('a server over standard input and output ends with its client, and runs nothing for it then', async () => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [
      '--conditions=@bothkeys/source',
      '--import=tsx',
      fileURLToPath(new URL('support/stdio-server.ts', import.meta.url)),
    ],
    stderr: 'pipe',
  })
  let said = ''
  transport.stderr?.on('data', (chunk) => {
    said += String(chunk)
  })
  const client = await connected(transport)
  expect(await client.say('say', { text: 'hello' })).toBe('success: said hello')
  let held = 0
  const answer = client.say('say', { text: 'wait' }, { onprogress: () => (held += 1) }).catch(() => 'gone')
  await expect.poll(() => held).toBe(1)
  await client.close()
  expect(await answer).toBe('gone')
  await expect.poll(() => said).toBe('waiting false, ran hello')
  expect(client.accepted).toBe(0)
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Block } from '../src/block.js'
import { blocksOf } from '../src/block.js'
import { root } from '../src/pages.js'
import type { Apart } from '../src/shell/apart.js'
import { runShell } from '../src/shell/shell.js'

const yaml = blocksOf('docs/serve.md', readFileSync(join(root, 'docs/serve.md'), 'utf8')).filter(
  ({ language }) => language === 'yaml',
)

function commands(...texts: readonly string[]): readonly Block[] {
  return texts.map((text, index) => ({
    page: 'docs/page.md',
    line: 10 * (index + 1),
    language: 'sh',
    text: `${text}\n`,
  }))
}

const cluster: Apart = {
  program: 'kubectl',
  matches: /^get /u,
  because: 'there is no cluster',
  isRight: ([, what]) => what === 'pods',
}

describe('runShell', () => {
  it('runs blocks of a page in one folder, with the programs of the packages and a journal', async () => {
    const { problems } = await runShell(
      commands(
        'echo kept >a',
        'test "$(cat a)" = kept',
        'npx bothkeys-k8s-audit ./audit >log; grep -q pods log',
        'bothkeys serve --config /etc/bothkeys/serve.yaml --check',
      ),
      yaml,
    )
    expect(problems).toEqual([])
  })

  it('names the line of a command that fails, with what it printed', async () => {
    const { problems } = await runShell(commands('true\necho lost; false\ntrue', 'bothkeys serve --surprise'), yaml)
    expect(problems).toEqual([
      { page: 'docs/page.md', line: 11, message: expect.stringMatching(/ended with 1 and printed:\nlost/u) },
      { page: 'docs/page.md', line: 20, message: expect.stringContaining('surprise') },
    ])
  })

  it('opens a door that a page connects to, and refuses a login with nothing', async () => {
    const door = 'test -S /run/bothkeys/orders/.s.PGSQL.5432'
    expect((await runShell(commands(door), yaml)).problems).toEqual([])
  })

  it('checks what it does not run, and says so', async () => {
    const right = await runShell(commands('kubectl get pods'), yaml, [cluster])
    expect(right).toEqual({ problems: [], notRun: ['docs/page.md:10 kubectl get pods (there is no cluster)'] })
    const { problems } = await runShell(commands('kubectl get surprises'), yaml, [cluster])
    expect(problems).toMatchObject([{ line: 10, message: 'this is not right: kubectl get surprises' }])
  })

  it('finds an entry of the list that no page needs', async () => {
    const { problems } = await runShell(commands('true'), yaml, [cluster])
    expect(problems).toMatchObject([{ message: 'no page shows kubectl ^get : take it out' }])
  })
})

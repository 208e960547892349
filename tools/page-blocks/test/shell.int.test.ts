import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Block } from '../src/block.js'
import { blocksOf } from '../src/block.js'
import { root } from '../src/pages.js'
import type { NotRun } from '../src/shell/apart.js'
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

const cluster: NotRun = {
  apart: [
    {
      program: 'kubectl',
      matches: /^get /u,
      because: 'there is no cluster',
      isRight: ([, what]) => what === 'pods',
    },
  ],
  mayBeMissing: ['never-installed'],
}

afterEach(() => vi.unstubAllEnvs())

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

  it('opens a door for a page that connects to one, once', async () => {
    const socket = 'test -S /run/bothkeys/orders/.s.PGSQL.5432'
    expect((await runShell(commands(socket, socket), yaml)).problems).toEqual([])
    const serve = 'bothkeys serve --config /etc/bothkeys/serve.yaml'
    expect((await runShell(commands(serve, socket), yaml)).problems).toEqual([])
  })

  it('says what a server prints that does not come up', async () => {
    const { problems } = await runShell(commands('bothkeys serve --config /etc/bothkeys/none.yaml'), yaml)
    expect(problems).toMatchObject([{ line: 10, message: expect.stringContaining('ERR_CONFIG_INVALID') }])
  })

  it('runs what is printed by a console block against what it prints', async () => {
    const block = {
      page: 'docs/page.md',
      line: 10,
      language: 'console',
      text: '$ echo said\nsaid\n$ echo so\nnot so\n',
    }
    const { problems } = await runShell([block], yaml)
    expect(problems).toMatchObject([{ line: 13, message: expect.stringContaining('not so') }])
  })

  it.each([undefined, 'true'])('lets a program be missing, but in continuous integration: %s', async (ci) => {
    vi.stubEnv('CI', ci)
    const missing = { apart: [], mayBeMissing: ['never-installed'] }
    const { notRun, problems } = await runShell(commands('never-installed --really'), yaml, missing)
    expect(notRun).toEqual(['docs/page.md:10 never-installed --really (never-installed is not installed)'])
    expect(problems.map(({ message }) => message)).toEqual(ci === undefined ? [] : ['never-installed is not installed'])
  })

  it('checks what it does not run, and says so', async () => {
    const right = await runShell(commands('kubectl get pods'), yaml, cluster)
    expect(right).toEqual({ problems: [], notRun: ['docs/page.md:10 kubectl get pods (there is no cluster)'] })
    const { problems } = await runShell(commands('kubectl get surprises'), yaml, cluster)
    expect(problems).toMatchObject([{ line: 10, message: 'this is not right: kubectl get surprises' }])
  })

  it('finds an entry of the list that no page needs', async () => {
    const { problems } = await runShell(commands('true'), yaml, cluster)
    expect(problems).toMatchObject([{ message: 'no page shows kubectl ^get : take it out' }])
  })
})

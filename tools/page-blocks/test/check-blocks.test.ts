import { describe, expect, it } from 'vitest'
import { blocksOf } from '../src/block.js'
import { checkBlocks } from '../src/check-blocks.js'

/** What is wrong with the blocks of a page, as `line: message`. */
async function wrong(markdown: string): Promise<readonly string[]> {
  const { problems } = await checkBlocks(blocksOf('docs/page.md', markdown))
  return problems.map(({ line, message, page }) => `${page}:${String(line)}: ${message.split('\n')[0] ?? ''}`)
}

function block(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\`\n`
}

const policy = 'version: 1\ntargets: { orders: { kind: postgres } }\nroles: { r: [{ target: orders, duty: read }] }'
const config = `version: 1
engine: doors
policy: { file: policy.yaml }
directory: { kind: file, file: people.yaml }
identity: [{ issuer: https://idp.example.com, audience: bothkeys, algorithms: [ES256], roles: /roles }]
journal: { folder: journal }
targets: [{ name: orders, kind: postgres, host: db, database: o, user: u, passwordFile: p, listen: { path: d } }]`

describe('a block of a language that nothing handles', () => {
  it('is wrong, and so is one of none', async () => {
    expect(await wrong(block('ruby', 'puts 1') + block('', 'plain') + block('text', 'anything'))).toEqual([
      expect.stringMatching(/^docs\/page\.md:1: nothing here reads ruby; there are: ts, /u),
      expect.stringMatching(/^docs\/page\.md:4: the fence names no language/u),
    ])
  })
})

describe('blocks that are read', () => {
  it.each([
    ['policy', block('yaml', policy)],
    ['people', block('yaml', 'version: 1\nissuer: https://idp.example\npeople: { ann: { accounts: [ann] } }')],
    ['configuration', block('yaml', config)],
    ['members of one', block('yaml', config) + block('yaml', 'control: [{ path: run/control.sock }]')],
    ['JSON', block('json', '{ "a": 1 }')],
    ['SQL', block('sql', 'create table a (b int);\nselect 1')],
  ])('are right: %s', async (_name, page) => {
    expect(await wrong(page)).toEqual([])
  })

  it.each([
    ['a policy with an unknown key', block('yaml', `${policy}\nsurprise: 1`), /:2: .*was not loaded/u],
    ['people without an issuer', block('yaml', 'version: 1\npeople: { ann: { accounts: [ann] } }'), /:2: /u],
    ['an unknown key of a configuration', block('yaml', `${config}\nsurprise: 1`), /:2: the configuration/u],
    ['members of no configuration', block('yaml', 'control: []'), /:2: the configuration/u],
    ['YAML that is nothing known', block('yaml', 'surprise: 1'), /:2: this YAML is none of what is known here/u],
    ['a key twice', block('yaml', 'a: 1\na: 2'), /:2: Map keys must be unique/u],
    ['half a JSON', block('json', '{ "a": '), /:2: SyntaxError/u],
    ['SQL that PostgreSQL does not read', block('sql', 'selekt 1'), /:2: .*syntax error/u],
  ])('are wrong: %s', async (_name, page, message) => {
    expect(await wrong(page)).toEqual([expect.stringMatching(message)])
  })
})

it('compiles objects of Kubernetes as what they are', async () => {
  const volumes = (kind: string): string => block('yaml', `volumes: [{ name: a, ${kind}: {} }]`)
  expect(await wrong(volumes('emptyDir') + volumes('emptyDirectory'))).toEqual([
    expect.stringMatching(/:5: .*emptyDirectory/u),
  ])
})

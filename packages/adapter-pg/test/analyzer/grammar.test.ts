import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { loadModule, parseSync } from 'libpg-query'
import { beforeEach, describe, expect, it } from 'vitest'
import { GrammarFailure, grammarReady, parseBytes, prepareGrammar } from '../../src/analyzer/grammar.js'
import { parseStatement, StatementParser } from '../../src/analyzer/parse.js'

// Each pair is counted two bytes short: seven of them hide fourteen.
const hidden = `select 1 /* ${'\uD800\u4e2d'.repeat(7)} */; DROP TABLE t`
const deep = `select ${'1+'.repeat(20_000)}1`

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8')

describe('the public parseSync of libpg-query, which is not used', () => {
  it('cuts a text with lone surrogates short: the DROP is not seen', async () => {
    await loadModule()
    const tree = parseSync(hidden) as { stmts: unknown[] }
    expect(tree.stmts).toHaveLength(1)
  })

  it('does not answer any more after some dozens of statements that need too much stack', () => {
    // Once its memory is spoilt it may also loop for ever, so it runs where it can be ended.
    const library = createRequire(import.meta.url).resolve('libpg-query')
    const { stdout } = spawnSync(process.execPath, ['-e', manyDeep, library], { encoding: 'utf8', timeout: 20_000 })
    expect(stdout).not.toContain('still answers')
  }, 300_000)
})

/** Says so when an ordinary statement still parses after 500 that need too much stack. */
const manyDeep = `
const { loadModule, parseSync } = require(process.argv[1])
void loadModule().then(() => {
  for (let round = 0; round < 500; round++) try { parseSync('select ' + '1+'.repeat(20_000) + '1') } catch {}
  parseSync('select 1')
  console.log('still answers')
})
`

describe('our binding', () => {
  beforeEach(prepareGrammar)

  it('sees every byte: a text with replaced surrogates has both statements', () => {
    const result = parseBytes(bytes(hidden))
    expect(result.ok && (JSON.parse(result.json) as { stmts: unknown[] }).stmts).toHaveLength(2)
  })

  it('answers after 100 statements in a row that need too much stack', async () => {
    for (let round = 0; round < 100; round += 1) {
      await prepareGrammar()
      expect(() => parseBytes(bytes(deep))).toThrow(GrammarFailure)
      expect(grammarReady()).toBe(false)
    }
    await prepareGrammar()
    const result = parseBytes(bytes('select 1'))
    expect(result.ok).toBe(true)
  }, 300_000)

  it('keeps the instance after a syntax error', () => {
    expect(parseBytes(bytes('select frm x y'))).toMatchObject({ ok: false })
    expect(grammarReady()).toBe(true)
  })

  it.each([
    ['parentheses', `select ${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
    ['not', `select ${'not '.repeat(10_000)}true`],
    ['case', `select ${'case when true then '.repeat(10_000)}1${' end'.repeat(10_000)}`],
    ['arrays', `select ${'array['.repeat(10_000)}1${']'.repeat(10_000)}`],
    ['calls', `select ${'abs('.repeat(10_000)}1${')'.repeat(10_000)}`],
    ['subqueries', `select ${'(select '.repeat(10_000)}1${')'.repeat(10_000)}`],
    ['casts', `select 1${'::int'.repeat(10_000)}`],
    ['unions', Array.from({ length: 10_000 }, () => 'select 1').join(' union all ')],
    ['operators', `select ${'- '.repeat(10_000)}1`],
  ])(
    'refuses or parses 10,000 nested %s, and parses the next text',
    async (_, text) => {
      const parser = new StatementParser({ maxSyncBytes: 1024 * 1024 })
      const started = performance.now()
      const result = await parser.parse(text)
      expect(performance.now() - started).toBeLessThan(100_000)
      expect(result.unparsable ? result.reason : '').not.toContain('select')
      expect(await parser.parse('select 1')).toMatchObject({ unparsable: false })
    },
    300_000,
  )
})

describe('texts that are refused before they are parsed', () => {
  it.each([
    ['lone surrogates', hidden, 'well-formed'],
    ['a NUL', 'select 1\0; drop table t', 'NUL'],
    ['more than the cap', `select '${'x'.repeat(300_000)}'`, 'longer than'],
  ])('%s', async (_, text, reason) => {
    const result = await parseStatement(text)
    expect(result).toMatchObject({ unparsable: true, reason: expect.stringContaining(reason) as string })
  })

  it('names the byte at which a text stops being SQL', async () => {
    expect(await parseStatement("select 'é', frm x y")).toMatchObject({ unparsable: true, position: 20 })
  })

  it('says nothing of the text in its reason', async () => {
    const result = await parseStatement("select 'secret' secret secret secret")
    expect(result).toMatchObject({ unparsable: true, reason: 'syntax error' })
  })
})

describe('StatementParser', () => {
  it('answers at once for a text that it knows', async () => {
    const parser = new StatementParser()
    const first = await parser.parse('select 1 as known')
    expect(parser.parse('select 1 as known')).toBe(first)
  })

  it('forgets the texts used longest ago', async () => {
    const parser = new StatementParser({ maxCachedTexts: 2 })
    const first = await parser.parse('select 1')
    await parser.parse('select 2')
    await parser.parse('select 3')
    expect(await parser.parse('select 1')).not.toBe(first)
  })

  it('gives no statements for an empty text and one for each otherwise', async () => {
    expect(await parseStatement('')).toMatchObject({ statements: [], recordedText: '' })
    expect(await parseStatement(';; -- nothing')).toMatchObject({ statements: [] })
    const two = await parseStatement('select 1; delete from t')
    expect(two.unparsable ? [] : two.statements.map(({ type }) => type)).toEqual(['SelectStmt', 'DeleteStmt'])
  })
})

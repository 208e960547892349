import { describe, expect, it } from 'vitest'
import { differences, expectation, type Happened, readCookbook } from '../src/index.js'

const block = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\`\n`
const kitchen = `# Cookbook\n\n## The shop\n\n${block('sql', 'select 1')}${block('yaml', 'people: {}')}`
const heading = '| Who | Does | Yes from | What happens |\n|---|---|---|---|\n'
const rows = [
  '| bot | `select 1` | | runs; shows `1`; hides `2` |',
  '| bot | `drop table t` on `orders` | | refused by `no-ddl` |',
  '| bot → reader | `delete from t` | ada (not-independent), grace signs | runs, held by `deletes`, `all` |',
]
const recipe = (number: number, lines: readonly string[]): string =>
  `## ${String(number)}. Title\n\n${block('yaml', 'version: 1')}\n${heading}${lines.join('\n')}\n\nWhy.\n`

describe('readCookbook', () => {
  it('reads who does what where, who says yes, and what happens', () => {
    const book = readCookbook(kitchen + recipe(1, rows) + recipe(2, rows))
    expect(book).toMatchObject({ people: 'people: {}\n', tables: 'select 1\n' })
    expect(book.recipes.map(({ policy, title }) => [title, policy])).toEqual([
      ['1. Title', 'version: 1\n'],
      ['2. Title', 'version: 1\n'],
    ])
    expect(book.recipes[0]?.rows).toEqual([
      {
        who: 'bot',
        does: 'select 1',
        target: undefined,
        yesFrom: [],
        expected: { outcome: 'runs', rules: [], code: '', shows: ['1'], hides: ['2'] },
        line: rows[0],
      },
      {
        who: 'bot',
        does: 'drop table t',
        target: 'orders',
        yesFrom: [],
        expected: { outcome: 'refused', rules: ['no-ddl'], code: 'ERR_DENIED', shows: [], hides: [] },
        line: rows[1],
      },
      {
        who: 'bot → reader',
        does: 'delete from t',
        target: undefined,
        yesFrom: [
          { name: 'ada', signs: false, because: 'not-independent' },
          { name: 'grace', signs: true, because: undefined },
        ],
        expected: { outcome: 'runs', rules: ['deletes', 'all'], code: '', shows: [], hides: [] },
        line: rows[2],
      },
    ])
  })

  it.each([
    ['a recipe without a table', kitchen + `## 1. Title\n\n${block('yaml', 'version: 1')}`, 'no table'],
    ['a recipe of two rows', kitchen + recipe(1, rows.slice(1)), 'less than 3 rows'],
    ['two policies', kitchen + recipe(1, rows) + block('yaml', 'version: 1'), 'one block of yaml'],
    ['a number that is left out', kitchen + recipe(2, rows), 'numbered'],
    ['an action that is no code', kitchen + recipe(1, [...rows, '| bot | select 1 | | runs |']), 'no row'],
    ['an outcome of other words', kitchen + recipe(1, [...rows, '| bot | `select 1` | | works |']), 'nothing happens'],
    [
      'a refusal by nothing',
      kitchen + recipe(1, [...rows, '| bot | `select 1` | | refused by no-ddl |']),
      'which rule',
    ],
    ['a detail of other words', kitchen + recipe(1, [...rows, '| bot | `x` | | runs; `1` |']), 'neither shown nor'],
    [
      'what is hidden in nothing',
      kitchen + recipe(1, [...rows, '| bot | `x` | | runs; hides `1` |']),
      'beside what is',
    ],
    ['a yes of other words', kitchen + recipe(1, [...rows, '| bot | `x` | anybody! | runs |']), 'nobody says yes'],
  ])('refuses %s', (_what, page, why) => {
    expect(() => readCookbook(page)).toThrow(why)
  })
})

describe('differences', () => {
  const ran: Happened = { outcome: 'runs', rules: [], code: '', answer: '[{"a":1}]', receipts: [], message: '' }
  const denied: Happened = { ...ran, outcome: 'refused', rules: ['no-ddl'], code: 'ERR_DENIED', answer: '' }

  it('finds none in a row that is right', () => {
    expect(differences(expectation('runs; shows `1`; hides `2`'), ran, [])).toEqual([])
    expect(differences(expectation('refused by `no-ddl`'), denied, [])).toEqual([])
    expect(
      differences(expectation('waits, held by `w`'), { ...ran, outcome: 'waits', rules: ['w'], answer: '' }, []),
    ).toEqual([])
    const limited = { ...denied, rules: ['pace'], code: 'ERR_LIMIT_EXCEEDED' }
    expect(differences(expectation('refused by `pace` (`ERR_LIMIT_EXCEEDED`)'), limited, [])).toEqual([])
    const unlisted = { ...denied, rules: [] }
    expect(differences(expectation('refused: no rule allows it'), unlisted, [])).toEqual([])
  })

  it.each([
    ['another outcome', 'refused by `no-ddl`', ran],
    ['an approval that was not said', 'runs', { ...ran, rules: ['writes'] }],
    ['an approval that was not asked for', 'runs, held by `writes`', ran],
    ['another rule', 'refused by `every-row`', denied],
    ['one rule of two', 'refused by `no-ddl`', { ...denied, rules: ['no-ddl', 'every-row'] }],
    ['a rule where nothing allows it', 'refused: no rule allows it', denied],
    ['another code', 'refused by `no-ddl` (`ERR_LIMIT_EXCEEDED`)', denied],
    ['what is not shown', 'runs; shows `2`', ran],
    ['what is shown', 'runs; shows `a`; hides `1`', ran],
  ])('finds %s', (_what, cell, happened) => {
    expect(differences(expectation(cell), happened, [])).not.toEqual([])
  })

  it('finds a yes that counted, did not count, or did not for that reason', () => {
    const yes = (...receipts: (string | undefined)[]): Happened => ({ ...ran, receipts })
    const runs = expectation('runs')
    expect(differences(runs, yes(undefined, 'not-independent: person'), [undefined, 'not-independent'])).toEqual([])
    expect(differences(runs, yes(undefined), ['not-independent'])).not.toEqual([])
    expect(differences(runs, yes('no-role'), [undefined])).not.toEqual([])
    expect(differences(runs, yes('no-role'), ['not-independent'])).not.toEqual([])
    expect(differences(runs, yes(), [undefined])).not.toEqual([])
  })
})

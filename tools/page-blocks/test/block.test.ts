import { describe, expect, it } from 'vitest'
import { blocksOf, problemAt } from '../src/block.js'

describe('blocksOf', () => {
  it('finds each block with its language, its file and the line that it begins on', () => {
    const page = 'One:\n\n```ts title\nlet a\nlet b\n```\n\n~~~\nplain\n~~~\n'
    expect(blocksOf('docs/a.md', page)).toEqual([
      { page: 'docs/a.md', line: 4, language: 'ts', file: 'title', text: 'let a\nlet b\n' },
      { page: 'docs/a.md', line: 9, language: '', text: 'plain\n' },
    ])
  })

  it('takes the indentation of a list or a quotation away, and no more', () => {
    const [list, quoted] = blocksOf('a.md', '- ```yaml\n  a:\n    b: 1\n  ```\n> ```sh\n> true\n> ```\n')
    expect([list?.text, quoted?.text]).toEqual(['a:\n  b: 1\n', 'true\n'])
  })

  it('ends a block at its own fence alone, and one that does not end with the page', () => {
    expect(blocksOf('a.md', '````text\n```\ninside\n```\n````\n').map(({ text }) => text)).toEqual([
      '```\ninside\n```\n',
    ])
    expect(blocksOf('a.md', '```text\nto the end').map(({ text }) => text)).toEqual(['to the end\n'])
  })

  it('names the line of the page', () => {
    const [, second] = blocksOf('a.md', '```sh\ntrue\n```\n```sh\ntrue\nfalse\n```\n')
    expect(second && problemAt(second, 2, 'wrong')).toEqual({ page: 'a.md', line: 6, message: 'wrong' })
  })
})

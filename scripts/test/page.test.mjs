import { describe, expect, it } from 'vitest'
import { readPage } from '../page.mjs'

describe('readPage', () => {
  it('reads blocks with their language, name and place', () => {
    const page = [
      '# A page',
      '',
      '```sh',
      'npm test',
      '```',
      'and',
      '```js first.mjs',
      'one()',
      '',
      'two()',
      '```',
      '',
    ].join('\n')
    expect(readPage(page)).toEqual([
      { language: 'sh', name: undefined, line: 3, text: 'npm test\n' },
      { language: 'js', name: 'first.mjs', line: 7, text: 'one()\n\ntwo()\n' },
    ])
  })

  it('does not take what stands in a block for one', () => {
    expect(readPage('````md\n```sh\nls\n```\n````\n')).toEqual([
      { language: 'md', name: undefined, line: 1, text: '```sh\nls\n```\n' },
    ])
  })

  it('refuses a block that is not closed', () => {
    expect(() => readPage('text\n```sh\nls\n')).toThrow('a block is not closed (line 2)')
  })
})

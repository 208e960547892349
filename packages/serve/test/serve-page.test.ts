import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { configRows, parseConfig } from '../src/config/config.js'
import { metricTable } from '../src/metrics.js'

const page = readFileSync(new URL('../../../docs/serve.md', import.meta.url), 'utf8')

/** The rows of the table below a heading, without the blanks that align it. */
function rowsBelow(heading: string): readonly string[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) => line.replaceAll(/ +/g, ' '))
}

describe('docs/serve.md', () => {
  it('has every key of the configuration, and no other', () => {
    const rows = configRows().map(({ key, otherwise, takes }) => `| \`${key}\` | ${otherwise} | ${takes} |`)
    expect(rowsBelow('Configuration')).toEqual(rows)
  })

  it('has every metric, and no other', () => {
    const rows = metricTable.map(([name, type, labels, help]) => {
      const named = labels === '' ? '' : labels.split(', ').map((label) => `\`${label}\``).join(', ') // prettier-ignore
      return `| \`${name}\` | ${type} | ${named} | ${help} |`.replaceAll(/ +/g, ' ')
    })
    expect(rowsBelow('Metrics')).toEqual(rows)
  })

  it('shows a configuration that is right', () => {
    const [, example = ''] = /```yaml\n(.*?)```/su.exec(page) ?? []
    expect(parseConfig('serve.yaml', example)).toMatchObject({ engine: 'prod-doors', targets: [{ name: 'orders' }] })
  })
})

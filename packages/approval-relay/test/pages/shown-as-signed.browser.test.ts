import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { visibleRows } from '../../src/pages/exact-rows.js'
import { html } from '../../src/pages/html.js'
import { style } from '../../src/pages/style.js'
import { launchChromium } from './browser.js'

let browser: Browser
let page: Page
beforeAll(async () => {
  browser = await launchChromium()
  page = await browser.newPage({ viewport: { width: 1100, height: 900 } })
})
afterAll(() => browser.close())

async function show(text: string): Promise<void> {
  await page.setContent(`<!doctype html><style>${style}</style><main>${html`${visibleRows(text)}`.toString()}</main>`)
}

/** Reads where each character of the first row is drawn. In the browser, whose names are none here. */
const places = `(() => {
  const found = []
  const walker = document.createTreeWalker(document.querySelector('.row'), NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    for (let at = 0; at < node.data.length; at++) {
      const range = document.createRange()
      range.setStart(node, at)
      range.setEnd(node, at + 1)
      found.push([range.getBoundingClientRect().left, node.data.charAt(at)])
    }
  }
  return found
})()`

/** The characters of the first row from left to right, as they are drawn. */
async function drawn(): Promise<string> {
  const found = await page.evaluate<readonly (readonly [number, string])[]>(places)
  return found
    .toSorted(([one], [other]) => one - other)
    .map(([, letter]) => letter)
    .join('')
}

describe('what is signed', () => {
  it.each([
    ['Hebrew', 'set a = \u05d0 1 = 2 \u05d1 where b'],
    ['Arabic digits', 'set a = \u0661\u0662 - \u0663 and \u0627 1 < 2 \u0628'],
    ['a row that begins with it', '\u05d0 = 1 or b = 2 \u05d1'],
  ])('stands in the order in which it is signed: %s', async (_what, text) => {
    await show(text)
    expect(await drawn()).toBe(text)
  })

  it('is shown to its last row, with nothing that has to be scrolled to within it', async () => {
    await show(`select 1${'\n'.repeat(150)}drop table invoices\n${'x'.repeat(8_000)}`)
    const hiding = await page
      .locator('pre.exact')
      .evaluate((box) => [box.scrollHeight - box.clientHeight, box.scrollWidth - box.clientWidth])
    expect(hiding).toEqual([0, 0])
  })
})

import fc from 'fast-check'
import type { DefaultTreeAdapterMap } from 'parse5'
import { parse } from 'parse5'
import { describe, expect, it } from 'vitest'
import { exactRows, visibleRows } from '../../src/pages/exact-rows.js'
import type { Html } from '../../src/pages/html.js'
import { flag, html } from '../../src/pages/html.js'
import { hostileTexts } from './hostile-text.js'

type Node = DefaultTreeAdapterMap['node']

/** What a browser makes of a page: its elements with their attributes, texts left out. */
function shapeOf(page: Html): unknown {
  const shape = (node: Node): unknown =>
    'childNodes' in node
      ? [
          node.nodeName,
          'attrs' in node ? node.attrs.map(({ name }) => name) : [],
          ...node.childNodes.filter(({ nodeName }) => nodeName !== '#text').map(shape),
        ]
      : node.nodeName
  return shape(parse(page.toString()))
}

// The same values in every run, so that no run fails by chance; BOTHKEYS_SEED asks for others.
fc.configureGlobal({ seed: Number(process.env['BOTHKEYS_SEED'] ?? 1) })

const page = (text: string): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <title>${text}</title>
      </head>
      <body>
        <p title="${text}" data-x="a ${text} b">${text}</p>
        <textarea name="t">${text}</textarea>
        <ul>
          ${[text, html`<li>${text}</li>`]}
        </ul>
        <a href="/requests/${text}">${text}</a>
      </body>
    </html>`

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'<>"\'`&=/ \n\0-!;ab[]'), maxLength: 40 }),
  fc.constantFrom(...Object.values(hostileTexts)),
)

describe('a hole of a page', () => {
  it('never makes an element or an attribute, whatever stands in it', () => {
    const expected = shapeOf(page('plain'))
    fc.assert(
      fc.property(text, (hostile) => {
        expect(shapeOf(page(hostile))).toEqual(expected)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is read back as the text with what is hidden written out, in text, in attributes and in titles', () => {
    const read = parse(page('a <b> "c" \'d\' `e` &amp; \u202e\n').toString())
    const texts = JSON.stringify(read, (key, value: unknown) => (key === 'parentNode' ? undefined : value))
    expect(texts.split('a <b> \\"c\\" \'d\' `e` &amp; \\\\u{202e}\\\\u{a}')).toHaveLength(10)
  })

  it('holds nothing hidden', () => {
    fc.assert(
      fc.property(text, (hostile) => {
        expect(html`${hostile}`.toString()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      }),
    )
  })

  it('is empty for false and undefined, and the number for a number', () => {
    expect(html`<p>${false}${undefined}${0}</p>`.toString()).toBe('<p>0</p>')
  })

  it('takes an attribute without a value from a closed list', () => {
    expect(html`<p ${flag('hidden', true)}></p>`.toString()).toBe('<p hidden></p>')
    expect(html`<p ${flag('hidden', false)}></p>`.toString()).toBe('<p ></p>')
    const forged = Object.assign(Object.create(Object.getPrototypeOf(flag('hidden', true)) as object), {
      name: 'onclick=alert(1)',
      isOn: true,
    }) as ReturnType<typeof flag>
    expect(html`<p ${forged}></p>`.toString()).toBe('<p disabled></p>')
  })

  it('is HTML for what html made alone', () => {
    const like = { toString: () => '<b>', '#text': '<b>' } as unknown as Html
    expect(() => html`<p>${like}</p>`.toString()).toThrow()
    expect(html`<p>${html`<b>x</b>`}</p>`.toString()).toBe('<p><b>x</b></p>')
  })
})

describe('a template of a page is refused', () => {
  const name = 'x'
  // By another name, so that the formatter does not put it right.
  const written = html
  it.each<readonly [string, () => Html]>([
    ['with a hole in a tag', () => written`<p ${name}></p>`],
    ['with a hole as the name of a tag', () => written`<${name}></p>`],
    ['with a hole in an attribute without quotes', () => written`<p title=${name}></p>`],
    ['with a hole in single quotes', () => written`<p title='${name}'></p>`],
    ['with a hole in a handler', () => written`<p onclick="go('${name}')"></p>`],
    ['with a hole in a style', () => written`<p style="color: ${name}"></p>`],
    ['with a hole in a frame', () => written`<p srcdoc="${name}"></p>`],
    ['with a hole where an address begins', () => written`<a href="${name}"></a>`],
    ['with a hole where the host of an address begins', () => written`<a href="/${name}"></a>`],
    ['with a hole where a form is sent to', () => written`<form action="${name}"></form>`],
    ['with a hole in a script', () => written`<script>const a = '${name}'</script>`],
    ['with a hole in a style sheet', () => written`<style>p { color: ${name} }</style>`],
    ['with a hole in a comment', () => written`<!-- ${name} -->`],
    ['that ends within a tag', () => written`<p>${name}</p><p title="`],
    ['with HTML in an attribute', () => written`<p title="${written`<b title="x">`}"></p>`],
    ['with an attribute in text', () => written`<p>${flag('hidden', true)}</p>`],
  ])('%s', (_what, render) => {
    expect(() => render().toString()).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }))
  })
})

describe('a text that is shown exactly', () => {
  it('is a row for each of its lines and nothing else', () => {
    const rows = exactRows('select 1\n</pre><script>\r\u202e').toString()
    expect(rows.match(/class="row"/gu)).toHaveLength(2)
    expect(rows).toContain('&lt;/pre&gt;&lt;script&gt;\\u{d}\\u{202e}')
  })

  it('doubles backslashes, so that nobody writes what stands for a hidden character', () => {
    expect(exactRows('\\u{202e}').toString()).toContain('\\\\u{202e}')
  })

  it('marks what can look like something else', () => {
    expect(exactRows('\u0456nvoices').toString()).toContain('<mark>\u0456</mark>nvoices')
    expect(visibleRows('\u0430b').toString()).toContain('<mark>\u0430</mark>b')
    // What is drawn on a letter stands with it, as it does where it was made visible.
    expect(visibleRows('xe\u0301e\u0301x').toString()).toContain('x<mark>e\u0301</mark><mark>e\u0301</mark>x')
  })

  it.each([
    ['long', 'x'.repeat(8_193)],
    ['of many lines', 'x\n'.repeat(201)],
  ])('says that it goes on when it is %s', (_what, text) => {
    expect(exactRows(text).toString()).toContain('It goes on')
    expect(exactRows(text.slice(0, 100)).toString()).not.toContain('It goes on')
  })
})

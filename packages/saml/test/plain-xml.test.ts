import { describe, expect, it } from 'vitest'
import { assertPlainXml } from '../src/plain-xml.js'

/** Looked at by itself: what it refuses no XML parser gets to see, whatever that would make of it. */
describe('plain XML', () => {
  it.each([
    ['<a/>'],
    ['<a b="1" c=\'2\' x:d = "3">t<b:c ></b:c>&amp;&#65;</a>'],
    [' \n<a/> \n'],
    ['<?xml version="1.0" encoding="UTF-8"?>\n<a/>'],
    ['<a b=">"/>'],
  ])('is %j', (xml) => {
    expect(() => assertPlainXml(xml)).not.toThrow()
  })

  it.each([
    ['<a></b>'],
    ['<a></a >'],
    ['<a><b></a></b>'],
    ['</a>'],
    ['<a/></a>'],
    ['<a>'],
    ['<a/><b/>'],
    ['<a></a><a></a>'],
    ['x<a/>'],
    ['<a/>x'],
    ['\ufeff<a/>'],
    [''],
    ['  '],
    ['x'],
    ['<a b="1" b="2"/>'],
    ['<a b="1"c="2"/>'],
    ['<a b="<"/>'],
    ['<a b/>'],
    ['<a b=1/>'],
    ['< a/>'],
    ['<a'],
    ['<1/>'],
    ['<a b="1/>'],
    ['<a/><?x?>'],
    ['<?x?><a/>'],
    ['<!DOCTYPE a><a/>'],
    ['<a><!----></a>'],
    ['<a><![CDATA[]]></a>'],
    ['<a>&b;</a>'],
    ['<a b="&b;"/>'],
    ['<a>&amp</a>'],
    ['<a>\u0000</a>'],
    ['<a>\ud800</a>'],
  ])('is not %j', (xml) => {
    expect(() => assertPlainXml(xml)).toThrow(expect.objectContaining({ code: 'ERR_TOKEN_INVALID' }))
  })

  it('is looked through once, whatever is repeated', () => {
    for (const piece of ['<a ', '<a b="" ', '<a b="', ' b=""', '&amp;', '</a>', ' ', '<a b=\n'])
      expect(() => assertPlainXml(`<a ${piece.repeat(40_000)}`)).toThrow(/refused/u)
  })
})

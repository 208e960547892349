import { describe, expect, it } from 'vitest'
import { iban } from '../../../src/masking/detectors/iban.js'
import { accountForms } from '../../../src/masking/detectors/iban-countries.js'
import { foundBy } from './found-by.js'
import { seededFaker } from './labelled-values.js'

const found = foundBy(iban)

/** The examples of the registry. */
const examples = [
  'AD12 0001 2030 2003 5910 0100',
  'AE07 0331 2345 6789 0123 456',
  'AT61 1904 3002 3457 3201',
  'BE68 5390 0754 7034',
  'BR18 0036 0305 0000 1000 9795 493C 1',
  'CH93 0076 2011 6238 5295 7',
  'DE89 3704 0044 0532 0130 00',
  'DK50 0040 0440 1162 43',
  'ES91 2100 0418 4502 0005 1332',
  'FI21 1234 5600 0007 85',
  'FR14 2004 1010 0505 0001 3M02 606',
  'GB29 NWBK 6016 1331 9268 19',
  'GR16 0110 1250 0000 0001 2300 695',
  'IE29 AIBK 9311 5212 3456 78',
  'IT60 X054 2811 1010 0000 0123 456',
  'LC55 HEMM 0001 0001 0012 0012 0002 3015',
  'MT84 MALT 0110 0001 2345 MTLC AST0 01S',
  'NL91 ABNA 0417 1643 00',
  'NO93 8601 1117 947',
  'PL61 1090 1014 0000 0712 1981 2874',
  'SA03 8000 0000 6080 1016 7519',
  'SE45 5000 0000 0583 9825 7466',
  'TR33 0006 1005 1978 6457 8413 26',
  'UA21 3223 1300 0002 6007 2335 6600 1',
]

describe('IBANs', () => {
  it.each(examples)('are found in any grouping: %s', (example) => {
    const plain = example.replaceAll(' ', '')
    for (const text of [example, plain, plain.toLowerCase(), example.replaceAll(' ', '-')]) {
      expect(found(text)).toEqual([text])
      expect(found(`to ${text} by Friday`)).toEqual([text])
      expect(found(`'${text}',1`)).toEqual([text])
    }
  })

  it.each([
    ['another check digit', 'DE88370400440532013000'],
    ['a digit less', 'DE8937040044053201300'],
    ['a digit more', 'DE893704004405320130001'],
    ['a country without IBANs', 'US89370400440532013000'],
    ['letters where the country has digits', 'DE85A70400440532013000'],
    ['a part of a longer word', 'XDE89370400440532013000'],
    ['two blanks', 'DE89  3704 0044 0532 0130 00'],
  ])('are not: %s', (_, text) => {
    expect(found(text)).toEqual([])
  })

  it('are found one after the other', () => {
    expect(found('DE89370400440532013000 NO9386011117947;BE68539007547034')).toEqual([
      'DE89370400440532013000',
      'NO9386011117947',
      'BE68539007547034',
    ])
  })

  it('of every country, as another maker makes them, are found', () => {
    const faker = seededFaker(5)
    for (const countryCode of Object.keys(accountForms)) {
      let example: string
      try {
        example = faker.finance.iban({ countryCode })
      } catch {
        // That maker does not know all countries.
        continue
      }
      expect([countryCode, ...found(example)]).toEqual([countryCode, example])
    }
  })
})

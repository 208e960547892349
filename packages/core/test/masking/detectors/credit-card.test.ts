import { describe, expect, it } from 'vitest'
import { creditCard } from '../../../src/masking/detectors/credit-card.js'
import { foundBy } from './found-by.js'

const found = foundBy(creditCard)

describe('credit cards', () => {
  // Numbers that issuers and payment processors publish for tests, and numbers made with the check digit of ISO/IEC 7812-1.
  it.each([
    ['Visa', '4111111111111111'],
    ['Visa', '4012 8888 8888 1881'],
    ['Visa, 19 digits', '4000000000000000006'],
    ['Mastercard', '5555-5555-5555-4444'],
    ['Mastercard, second series', '2223003122003222'],
    ['Mastercard, first of the second series', '2221000000000009'],
    ['Mastercard, last of the second series', '2720990000000007'],
    ['American Express', '378282246310005'],
    ['American Express in groups', '3782 822463 10005'],
    ['Discover', '6011111111111117'],
    ['Diners Club', '30569309025904'],
    ['Diners Club in groups', '3056 930902 5904'],
    ['JCB', '3530111333300000'],
    ['JCB, 15 digits', '213100000000001'],
    ['JCB, 15 digits', '180000000000002'],
    ['UnionPay', '6200000000000005'],
    ['UnionPay, 19 digits in groups', '6205 5000 0000 0000 004'],
    ['Mir', '2200000000000004'],
    ['RuPay', '6085000000000005'],
    ['Verve', '5060990000000008'],
    ['Maestro', '6759649826438453'],
    ['Troy', '9792030000000000'],
  ])('are found: %s', (_, card) => {
    expect(found(`paid with ${card}, thanks`)).toEqual([card])
    expect(found(card)).toEqual([card])
  })

  it.each([
    ['another check digit', '4111111111111112'],
    ['a check digit less', '5105105105105106'],
    ['no issuer', '9999999999999995'],
    ['no issuer: the second series of Mastercard ends', '2721000000000004'],
    ['no issuer: the second series of Mastercard begins', '2220990000000002'],
    ['a length that the issuer has not', '41111111111116'],
    ['all zeros', '0000000000000000'],
    ['a decimal number', '0.4111111111111111'],
    ['a part of a decimal number', '4111111111111111.5'],
    ['a part of a longer number', '94111111111111111234'],
    ['a part of a digest', '8f4111111111111111ab90'],
    ['a part of a UUID', 'deadbeef-4111-1111-1111-1111deadbeef'],
    ['a time in milliseconds', '1747607816541'],
    ['microseconds', '1738200687906918'],
    ['two blanks between groups', '4111  1111 1111 1111'],
  ])('are not: %s', (_, text) => {
    expect(found(text)).toEqual([])
  })

  it('are found beside letters, which hide nothing', () => {
    expect(found('card4111111111111111')).toEqual(['4111111111111111'])
    expect(found('pan-4111-1111-1111-1111-x')).toEqual(['4111-1111-1111-1111'])
  })

  it('are found among other numbers', () => {
    expect(found('12 4111 1111 1111 1111 34')).toEqual(['4111 1111 1111 1111'])
    expect(found('19618,2200000000000004,540.98')).toEqual(['2200000000000004'])
    expect(found('4111111111111111 5555555555554444')).toEqual(['4111111111111111', '5555555555554444'])
    expect(found('4111111111111111-5555555555554444')).toEqual(['4111111111111111', '5555555555554444'])
  })

  it('of lengths that other numbers have are found beside a word, or in a field of that name', () => {
    const maestro = '501800000009'
    expect(found(maestro)).toEqual([])
    expect(found(`Maestro card ${maestro}`)).toEqual([maestro])
    expect(found(`${maestro} is my debit card`)).toEqual([maestro])
    expect(found(maestro, 'card_number')).toEqual([maestro])
    expect(found(maestro, 'discard')).toEqual([maestro])
    expect(found(maestro, 'order')).toEqual([])
    expect(found('4222222222222', 'pan')).toEqual(['4222222222222'])
    expect(found('4222222222222', 'company')).toEqual([])
    expect(found('4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', 'cc')).toEqual(['4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'])
  })

  it('are nothing that no issuer gives out, whatever stands beside', () => {
    expect(found('card 9999999999999995', 'card')).toEqual([])
  })

  it('in groups as no card has them are found beside a word alone', () => {
    expect(found('41 11 11 11 11 11 11 11')).toEqual([])
    expect(found('visa 41 11 11 11 11 11 11 11')).toEqual(['41 11 11 11 11 11 11 11'])
    expect(found('2 457 3782 822463 10005 2 344202')).toEqual([])
    expect(found('3782 822463 10005 12/27')).toEqual(['3782 822463 10005'])
  })

  it('are surer beside a word', () => {
    const [alone] = creditCard.find('4111111111111111', {})
    const [told] = creditCard.find('visa 4111111111111111', {})
    expect(alone?.score).toBeLessThan(told?.score ?? 0)
  })
})

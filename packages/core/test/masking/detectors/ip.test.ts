import { describe, expect, it } from 'vitest'
import { ip } from '../../../src/masking/detectors/ip.js'
import { foundBy } from './found-by.js'

const found = foundBy(ip)

describe('IP addresses', () => {
  // RFC 5737, RFC 3849, RFC 4291 section 2.2, RFC 5952.
  it.each([
    '192.0.2.1',
    '198.51.100.254',
    '203.0.113.9',
    '10.1.2.3',
    '255.254.253.252',
    '2001:db8::1',
    '2001:DB8:0:0:8:800:200C:417A',
    'fe80::1ff:fe23:4567:890a',
    '2001:db8:85a3::8a2e:370:7334',
    '::ffff:192.0.2.128',
    '64:ff9b::192.0.2.33',
    'ff01::101',
  ])('are found: %s', (address) => {
    expect(found(address)).toEqual([address])
    expect(found(`from ${address}, twice`)).toEqual([address])
    expect(found(`http://[${address}]:8080/`)).toEqual([address])
  })

  it.each([
    '256.1.1.1',
    '1.2.3',
    '1.2.3.4.5',
    'v1.2.3.4',
    'version 1.2.3.4',
    'Version: "1.2.3.4"',
    'lib-1.2.3.4',
    'requests==2.31.0.1',
    'Chrome/120.0.0.0',
    '0.0.0.0',
    '127.0.0.1',
    '255.255.255.0',
    '12:34:56',
    '2024-05-17T12:34:56',
    '::',
    '::1',
    'std::vector',
    'cafe::bad',
    'a::b::c',
    "'x'::date",
    'd5:b9:77:f5:b6:ba',
    'aa:bb:cc:dd:ee:ff:00:11',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '2001:db8::1::2',
    'index.js:145:65',
  ])('are not: %s', (text) => {
    expect(found(text)).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { canonicalRequest } from '../../src/request/canonical-request.js'
import { parseFieldSelector } from '../../src/request/field-selector.js'
import { canonicalLabelSelector } from '../../src/request/label-selector.js'
import { fc } from '../support/properties.js'
import { request, webSocket } from '../support/requests.js'

const pods = '/api/v1/namespaces/team-a/pods'
const read = (target: string) =>
  canonicalRequest(request('GET', target, undefined, /\/(exec|attach|portforward)\b/.test(target) ? webSocket : {}))
const query = (target: string) => {
  const canonical = read(target)
  return 'refused' in canonical ? canonical : canonical.target.split('?')[1]
}

describe('a query', () => {
  it.each([
    ['list', `${pods}?limit=500&watch=0`, 'limit=500&watch=false'],
    [
      'list',
      `${pods}?watch=1&resourceVersion=&allowWatchBookmarks=true&timeoutSeconds=60`,
      'allowWatchBookmarks=true&timeoutSeconds=60&watch=true',
    ],
    [
      'list',
      `${pods}?continue=eyJ2Ijoi&limit=1&resourceVersionMatch=Exact&resourceVersion=10&includeObject=None`,
      'continue=eyJ2Ijoi&includeObject=None&limit=1&resourceVersion=10&resourceVersionMatch=Exact',
    ],
    ['list', `${pods}?labelSelector=a+in+(b,c)&fieldSelector=&continue=`, 'labelSelector=a%20in%20(b%2Cc)'],
    ['get', `${pods}/p?pretty=true&resourceVersion=0`, 'resourceVersion=0'],
    [
      'log',
      `${pods}/p/log?container=&follow=true&pretty=true&sinceTime=2024-01-01T00:00:00.5%2B02:00`,
      'follow=true&sinceTime=2024-01-01T00%3A00%3A00.5%2B02%3A00',
    ],
    [
      'exec',
      `${pods}/p/exec?command=sh&container=c&command=-c&command=a%3Bb%0A%26%C3%A9&command=&stdin=0`,
      'command=sh&command=-c&command=a%3Bb%0A%26%C3%A9&command=&container=c&stdin=false',
    ],
    ['attach', `${pods}/p/attach?stdout=1&tty=false`, 'stdout=true&tty=false'],
    ['portforward', `${pods}/p/portforward?ports=80&ports=65535`, 'ports=80&ports=65535'],
    ['proxy', `${pods}/p/proxy?b=2&a=1&b=1&Watch=x+y`, 'b=2&a=1&b=1&Watch=x%20y'],
    ['other path', '/openapi/v3/api/v1?hash=0AF&timeout=1m30s', 'hash=0AF&timeout=1m30s'],
    ['flag of another path', '/readyz?verbose', 'verbose=true'],
    ['other path', '/readyz?exclude=etcd&exclude=ping&verbose=1', 'exclude=etcd&exclude=ping&verbose=true'],
  ])('of a %s is written in one way: %s', (_, target, written) => {
    expect(query(target)).toBe(written)
  })

  it.each([
    ['watch of an object', `${pods}/p?watch=true`],
    ['a selector of an object', `${pods}/p?fieldSelector=a%3Db`],
    ['a dry run of a list', `${pods}?dryRun=All`],
    ['a dry run of a log', `${pods}/p/log?dryRun=All`],
    ['follow of a list', `${pods}?follow=true`],
    ['a command of a log', `${pods}/p/log?command=ls`],
    ['a command of an attach', `${pods}/p/attach?command=ls`],
    ['a limit that is no number', `${pods}?limit=x`],
    ['a limit that is negative', `${pods}?limit=-1`],
    ['a limit with a zero before it', `${pods}?limit=01`],
    ['a limit that is too large', `${pods}?limit=9999999999999999`],
    ['an empty limit', `${pods}?limit=`],
    ['a limit with spaces', `${pods}?limit=+1`],
    ['timeoutSeconds that are none', `${pods}?timeoutSeconds=1s`],
    ['a timeout that is none', `${pods}?timeout=soon`],
    ['a resource version that is none', `${pods}?resourceVersion=a`],
    ['another way of matching', `${pods}?resourceVersionMatch=exact`],
    ['an odd token', `${pods}?continue=%22`],
    ['an odd container', `${pods}/p/log?container=A/b`],
    ['an odd moment', `${pods}/p/log?sinceTime=yesterday`],
    ['an odd stream', `${pods}/p/log?stream=all`],
    ['an odd truth', `${pods}/p/exec?command=ls&tty=`],
    ['an odd truth in words', `${pods}/p/exec?command=ls&tty=yes`],
    ['a port that is none', `${pods}/p/portforward?ports=65536`],
    ['port zero', `${pods}/p/portforward?ports=0`],
    ['ports in one', `${pods}/p/portforward?ports=80,81`],
    ['a container twice', `${pods}/p/exec?command=ls&container=a&container=b`],
    ['pretty twice', `${pods}?pretty=1&pretty=0`],
    ['a zero byte in a command', `${pods}/p/exec?command=a%00`],
    ['an unknown form of objects', `${pods}?includeObject=All`],
    ['a proxied parameter with a line break', `${pods}/p/proxy?a=%0A`],
    ['a proxied parameter with an odd name', `${pods}/p/proxy?a%20b=1`],
    ['a parameter of another path', '/version?verbose=true'],
    ['an odd hash', '/openapi/v3?hash=..'],
    ['a key that objects inherit', `${pods}?constructor=1`],
    ['__proto__', `${pods}?__proto__=1`],
  ])('is refused for %s', (_, target) => {
    expect(query(target)).toEqual({ refused: expect.any(String) })
  })

  it.each([
    ['POST', '?dryRun='],
    ['POST', '?dryRun=all'],
    ['POST', '?dryrun=All'],
    ['POST', '?DryRun=All'],
    ['POST', '?dryRun=All&dryRun=All'],
    ['POST', '?force=true'],
    ['POST', '?fieldValidation=strict'],
    ['POST', '?fieldManager=%0A'],
    ['POST', `?fieldManager=${'a'.repeat(129)}`],
    ['POST', '?gracePeriodSeconds=0'],
    ['PUT', '/p?force=true'],
    ['PUT', '/p?watch=true'],
    ['DELETE', '/p?DryRun=All'],
    ['DELETE', '/p?dryRun=all'],
    ['DELETE', '/p?dryRun='],
    ['DELETE', '/p?propagationPolicy=background'],
    ['DELETE', '/p?gracePeriodSeconds=-1'],
    ['DELETE', '/p?labelSelector=a'],
    ['DELETE', '/p?preconditions=u'],
    ['DELETE', '?watch=true'],
    ['DELETE', '?force=true'],
  ])('is refused for %s with %s', (method, end) => {
    expect(canonicalRequest(request(method, `${pods}${end}`, {}))).toEqual({ refused: expect.any(String) })
  })

  it('says of no answer that it is a dry run, as a token is minted all the same', () => {
    const token = '/api/v1/namespaces/team-a/serviceaccounts/default/token'
    const review = '/apis/authentication.k8s.io/v1/tokenreviews'
    for (const target of [token, review, '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews']) {
      expect(canonicalRequest(request('POST', target, {}))).toMatchObject({ dryRun: false })
      expect(canonicalRequest(request('POST', `${target}?dryRun=All`, {}))).toHaveProperty('refused')
    }
    const proxied = canonicalRequest(request('POST', `${pods}/p/proxy?dryRun=All`, {}))
    expect(proxied).toMatchObject({ dryRun: false, query: [['dryRun', 'All']] })
  })

  it('says that it is a dry run where the server takes it from', () => {
    for (const method of ['POST', 'PUT', 'PATCH']) {
      const target = method === 'POST' ? pods : `${pods}/p`
      const canonical = canonicalRequest(request(method, `${target}?dryRun=All`, {}))
      expect(canonical).toMatchObject({ dryRun: true, target: `${target}?dryRun=All` })
      expect(canonicalRequest(request(method, target, {}))).toMatchObject({ dryRun: false, target })
    }
  })
})

describe('a label selector', () => {
  it.each([
    ['a', 'a'],
    ['!a', '!a'],
    ['! a', '!a'],
    ['a=b', 'a=b'],
    ['a==b', 'a=b'],
    ['a = b', 'a=b'],
    ['a!=b', 'a!=b'],
    ['a=', 'a='],
    ['x.io/a=b', 'x.io/a=b'],
    ['a in (b, c)', 'a in (b,c)'],
    ['a notin(b)', 'a notin (b)'],
    ['a=b,!c,d in (e,f),g', 'a=b,!c,d in (e,f),g'],
    [' a , b ', 'a,b'],
  ])('%s is %s', (text, written) => {
    expect(canonicalLabelSelector(text)).toBe(written)
    expect(canonicalLabelSelector(written)).toBe(written)
  })

  it.each([
    '',
    ',',
    'a,',
    'in',
    'notin=a',
    'a=in',
    'a in ()',
    '-a in (b)',
    'in in (b)',
    'a in (b,)',
    'a in (notin)',
    'a in b',
    'a in (b',
    'a in b)',
    'a in (b)c',
    'a in ((b))',
    'ain(b)',
    'a=b=c',
    'a===b',
    '!a=b',
    '!!a',
    'a>1',
    'a<1',
    '-a',
    'a-',
    'a/b/c',
    '/a',
    'X.io/a',
    'x..io/a',
    'x-.io/a',
    `${'a'.repeat(64)}`,
    `a=${'b'.repeat(64)}`,
    `${'a.'.repeat(127)}a/b`,
    'a=b c',
    'a b',
    'a=é',
    'a="b"',
    `a=${'b,a='.repeat(5000)}b`,
  ])('%s is none', (text) => {
    expect(canonicalLabelSelector(text)).toBeUndefined()
  })
})

describe('a field selector', () => {
  it.each([
    ['a=b', 'a=b', ''],
    ['a==b,c!=d', 'a=b,c!=d', ''],
    ['status.phase!=Failed,status.phase!=Succeeded', 'status.phase!=Failed,status.phase!=Succeeded', ''],
    ['metadata.name=p1', 'metadata.name=p1', 'p1'],
    ['metadata.name==p1,spec.nodeName=', 'metadata.name=p1,spec.nodeName=', 'p1'],
    ['spec.nodeName=n,metadata.name=p1', 'spec.nodeName=n,metadata.name=p1', 'p1'],
    ['metadata.name!=p1', 'metadata.name!=p1', ''],
    ['involvedObject.fieldPath=spec.containers{web}', 'involvedObject.fieldPath=spec.containers{web}', ''],
  ])('%s is %s', (text, written, name) => {
    expect(parseFieldSelector(text)).toEqual({ text: written, name })
  })

  it.each([
    '',
    ',',
    'a',
    'a=b,',
    ',a=b',
    'a=b=c',
    'a===b',
    'a=b\\,c',
    'a=b c',
    ' a=b',
    'a =b',
    '=b',
    'metadata.name=',
    'metadata.name=..',
    'metadata.name=.',
    'metadata.name=a/b',
    'metadata.name=a%b',
    'metadata.name=a,metadata.name=b',
    'metadata.name=a,metadata.name!=b',
    `a=${'b'.repeat(254)}`,
    `a=b${',a=b'.repeat(5000)}`,
  ])('%s is none', (text) => {
    expect(parseFieldSelector(text)).toBeUndefined()
  })
})

describe('any text', () => {
  it('that is a selector is written in a form that is its own', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '=', '!', ',', '(', ')', ' ', 'in', '.', '/', '-', 'metadata.name'),
    })
    fc.assert(
      fc.property(text, (given) => {
        const labels = canonicalLabelSelector(given)
        if (labels !== undefined) expect(canonicalLabelSelector(labels)).toBe(labels)
        const fields = parseFieldSelector(given)
        if (fields !== undefined) expect(parseFieldSelector(fields.text)).toEqual(fields)
      }),
      { numRuns: 3000 },
    )
  })
})

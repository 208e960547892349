import { type Agent, request } from 'node:http'
import type { RequestOptions } from 'node:https'
import { afterEach, describe, expect, it } from 'vitest'
import { ToldUpgrades } from '../../src/door/told-upgrades.js'
import { governedSocket, type GovernedSocket, refusedUpgrade, run } from '../support/governed-socket.js'

let on: GovernedSocket | undefined
afterEach(() => on?.close(), 5000)

const exec = '/exec?command=sh&stdout=true'
const answer = (code: number) => ({ code, body: '' })

/** Asks as kubectl does once its WebSocket was refused. */
async function inSpdy({ config }: GovernedSocket, path: string): Promise<string> {
  const options: RequestOptions = {}
  await config.applyToHTTPSOptions(options)
  const asked = request(`http://governed.invalid/api/v1/namespaces/shop/pods/web-0${path}`, {
    method: 'POST',
    agent: options.agent as Agent,
    headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' },
  })
  asked.end()
  return new Promise((resolve, reject) => {
    asked.once('error', reject)
    asked.once('response', (response) => {
      let text = ''
      response.on('data', (part: Buffer) => (text += part.toString()))
      response.once('end', () => {
        resolve(`${String(response.statusCode)} ${text}`)
      })
    })
  })
}

describe('a client that asks in SPDY', () => {
  it('is told why the same was refused over a WebSocket, once, and nothing is sent', async () => {
    on = await governedSocket([{ ...run, resource: 'object:elsewhere.**' }])
    const refused = await refusedUpgrade(on.config, exec)
    expect(refused.status.message).toContain('no rule allows it')
    expect(await inSpdy(on, exec)).toContain('no rule allows it')
    expect(await inSpdy(on, exec)).toContain('as SPDY, are not carried')
    expect(on.api.asked).toEqual([])
    expect(on.journal.events.filter(({ type }) => type === 'action.denied')).toHaveLength(3)
  })

  it('is told that it is not carried, when nothing or something else was refused before', async () => {
    on = await governedSocket([{ ...run, resource: 'object:elsewhere.**' }])
    await refusedUpgrade(on.config, `${exec}&container=other`)
    expect(await inSpdy(on, exec)).toContain('as SPDY, are not carried')
  })
})

describe('what was told', () => {
  it('is the latest, of so many requests and no more', () => {
    const told = new ToldUpgrades()
    told.answerTo({ method: 'GET', target: '/a' }, answer(1))
    told.answerTo({ method: 'GET', target: '/a' }, answer(2))
    expect(told.answerTo({ method: 'POST', target: '/a' }, answer(3))).toEqual(answer(2))
    for (let each = 0; each < 65; each++) told.answerTo({ method: 'GET', target: `/${String(each)}` }, answer(each))
    expect(told.answerTo({ method: 'POST', target: '/0' }, answer(400))).toEqual(answer(400))
    expect(told.answerTo({ method: 'POST', target: '/64' }, answer(400))).toEqual(answer(64))
    const long = { code: 502, body: 'x'.repeat(20_000) }
    expect(told.answerTo({ method: 'GET', target: '/long' }, long)).toBe(long)
    expect(told.answerTo({ method: 'POST', target: '/long' }, answer(400))).toEqual(answer(400))
  })
})

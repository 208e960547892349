import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Dispatcher, fetch } from 'undici'
import { governed, type Governed } from '../support/governed.js'

let on: Governed
beforeEach(async () => {
  on = await governed([{ duty: 'read', resource: 'object:shop.**' }])
  on.api.answer = () => ({ body: { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [] } })
})
afterEach(() => on.close())

/** As client-node 2.x does, which asks for a dispatcher, but also where that does not run. */
async function dispatcher(): Promise<Dispatcher> {
  const setDispatcher = vi.fn<(given: unknown) => void>()
  await on.target.config(on.session).applySecurityAuthentication({ setDispatcher } as never)
  return setDispatcher.mock.calls[0]?.[0] as Dispatcher
}

it('leads fetch to the door, wherever it wants to go', async () => {
  const given = { dispatcher: await dispatcher(), signal: AbortSignal.timeout(20_000) }
  const answered = await fetch('http://governed.invalid/api/v1/namespaces/shop/pods', given)
  expect([answered.status, await answered.json()]).toMatchObject([200, { kind: 'PodList' }])
  const elsewhere = await fetch('http://other.invalid/api/v1/namespaces/shop/pods', given)
  expect([elsewhere.status, await elsewhere.json()]).toMatchObject([400, { kind: 'Status' }])
  expect(on.api.seen.map(({ url }) => url)).toEqual(['/api/v1/namespaces/shop/pods'])
})

it('gives fetch no connection of its own for HTTPS', async () => {
  const given = { dispatcher: await dispatcher(), signal: AbortSignal.timeout(20_000) }
  // The door speaks no TLS, and nobody else is connected to.
  const answered = await fetch('https://governed.invalid/api/v1/namespaces/shop/pods', given)
  expect(answered.status).toBe(200)
})

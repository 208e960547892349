import { getEventListeners } from 'node:events'
import { sessionAccess } from '@bothkeys/core/adapter'
import { CoreV1Api } from '@kubernetes/client-node'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { governed } from '../support/governed.js'
import { connected, governedSocket, run } from '../support/governed-socket.js'

const read = { duty: 'read', resource: 'object:shop.**' }
const inShop = { namespace: 'shop' }
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

describe('the signal of a session that goes on', () => {
  it('keeps nothing of a request that was answered or refused', async () => {
    const { api, close, session, target } = await governed([read])
    closing.push(close)
    api.answer = () => ({ body: { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [] } })
    const core = target.config(session).makeApiClient(CoreV1Api)
    const { signal } = sessionAccess(session, target)
    const listening = (): number => getEventListeners(signal, 'abort').length
    const before = listening()
    await core.listNamespacedPod(inShop)
    await expect(core.deleteNamespacedPod({ ...inShop, name: 'p' })).rejects.toThrow('403')
    await expect(core.readNamespacedPod({ ...inShop, name: 'a b' })).rejects.toThrow('400')
    await vi.waitFor(() => {
      expect(listening()).toBe(before)
    })
  })

  it('keeps nothing of a connection that was carried', async () => {
    const { close, config, session, target } = await governedSocket([run])
    closing.push(close)
    const { signal } = sessionAccess(session, target)
    const before = getEventListeners(signal, 'abort').length
    const { closed, socket } = await connected(config, '/exec?command=ls&stdout=true&stderr=true')
    expect(getEventListeners(signal, 'abort').length).toBeGreaterThan(before)
    socket.close()
    await closed
    await vi.waitFor(() => {
      expect(getEventListeners(signal, 'abort')).toHaveLength(before)
    })
  })
})

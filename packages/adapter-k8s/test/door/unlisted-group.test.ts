import { ApiException, CustomObjectsApi } from '@kubernetes/client-node'
import { afterEach, describe, expect, it } from 'vitest'
import { governed, type Governed } from '../support/governed.js'

const read = { duty: 'read', resource: 'object:shop.**' }
let on: Governed | undefined
afterEach(() => on?.close())

interface Status {
  readonly message: string
  readonly details: { readonly causes: readonly { readonly message: string }[] }
}

/** What an agent is told that lists objects of this group. */
async function refusal(group: string, more: Parameters<typeof governed>[1] = {}): Promise<Status> {
  on = await governed([read], more)
  on.api.answer = () => ({ body: { kind: 'ThingList', apiVersion: `${group}/v1`, metadata: {}, items: [] } })
  const custom = on.target.config(on.session).makeApiClient(CustomObjectsApi)
  try {
    await custom.listNamespacedCustomObject({ group, version: 'v1', namespace: 'shop', plural: 'certificates' })
  } catch (error) {
    if (error instanceof ApiException) return JSON.parse(String(error.body)) as Status
    throw error
  }
  throw new Error('it went through')
}

describe('objects of a group that the target does not list', () => {
  it('are refused with what to do about it, also where a client shows the message alone', async () => {
    const { details, message } = await refusal('cert-manager.io')
    expect(message).toMatch(/; the target does not list the API group cert-manager\.io$/)
    expect(details.causes[0]?.message).toContain("kubernetes(…, { groups: ['cert-manager.io'] })")
  })

  it('are refused by a rule in the words of the rule', async () => {
    const policy = { deny: [{ id: 'none', target: 'cluster', duty: 'opaque', resource: 'object:**' }] }
    expect((await refusal('cert-manager.io', { policy })).message).not.toContain('does not list')
  })

  it('are as others are once the target lists it', async () => {
    await expect(refusal('cert-manager.io', { options: { groups: ['cert-manager.io'] } })).rejects.toThrow(
      'went through',
    )
  })
})

import type { Session } from '@bothkeys/core'
import type { ContractHarness } from '@bothkeys/core/testing'
import { adapterContract } from '@bothkeys/core/testing'
import { describe, expect, it } from 'vitest'
import { postgres } from '../src/index.js'
import { contractClient, contractDatabase } from './served/support/contract-case.js'
import { contractPolicy } from './served/support/contract-policy.js'

/** PostgreSQL under the contract that every adapter must pass. */
async function start(): Promise<ContractHarness> {
  const { owner, url } = await contractDatabase()
  const target = postgres('db', { connectionString: url })
  const client = contractClient<Session>(owner, (session) => target.client(session))
  return { target, policy: () => contractPolicy, ...client }
}

describe('PostgreSQL keeps the adapter contract', () => {
  it.each([...adapterContract(start)])('$name', async (each) => {
    await expect(each.run()).resolves.toBeUndefined()
  })
})

import { generateKeyPairSync } from 'node:crypto'
import { signedApprover } from '@bothkeys/core'
import { signApproval } from '@bothkeys/core/signing'
import { Command, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { expect, it } from 'vitest'
import { openStage } from '@bothkeys/agent-stage'
import { answersIn, ask, query, thread, waitingIn, worker } from './support/team.js'

const desk = 'https://desk.example'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'd1', alg: 'ES256', use: 'sig' }

it('a signed approval for one worker is none for another one that waits beside it', async () => {
  const approver = signedApprover({
    name: 'desk',
    issuer: desk,
    jwks: { keys: [jwk] },
    people: () => ({ roles: ['operator'] }),
  })
  const stage = await openStage({ approvers: [approver] })
  try {
    const supervisor = await stage.session('supervisor')
    const of = (name: string, id: number) =>
      worker(stage, supervisor, [query(`DELETE FROM orders WHERE id = ${String(id)}`)], {
        name,
        wait: 'durable',
        submit: stage.guard.approvals.submit,
      })
    const team = new StateGraph(MessagesAnnotation)
      .addNode('one', of('one', 1).invoke)
      .addNode('two', of('two', 2).invoke)
      .addEdge(START, 'one')
      .addEdge(START, 'two')
      .compile({ checkpointer: new MemorySaver() })
    const waiting = waitingIn(await team.invoke(ask, thread))
    const [first, second] = waiting
    const requestId = first?.value.actionRequests[0]?.approvalId
    const request = stage.guard.approvals.pending().find(({ id }) => id === requestId)
    if (request === undefined || second === undefined || first === undefined) throw new Error('two workers wait')
    const approval = await signApproval(
      { ...request.subject, dec: 'allow' },
      {
        issuer: desk,
        subject: { issuer: 'https://idp.example', id: 'grace' },
        level: 'signed',
        key: privateKey,
        keyId: 'd1',
        algorithm: 'ES256',
      },
    )
    const decisions = { decisions: [{ type: 'approve', approval }] }
    const beside = await team.invoke(new Command({ resume: { [second.id]: decisions } }), thread)
    expect(waitingIn(beside)).toHaveLength(2)
    expect(await stage.orders_()).toHaveLength(100)
    const again = waitingIn(beside).find(({ value }) => value.actionRequests[0]?.approvalId === requestId)
    const state = await team.invoke(new Command({ resume: { [again?.id ?? '']: decisions } }), thread)
    expect(waitingIn(state)).toHaveLength(1)
    expect(answersIn(state)).toEqual(['success: DELETE: 1 rows'])
    const left = (await stage.orders_()).map(({ id }) => id)
    expect(left).toHaveLength(99)
    expect(left).not.toContain(Number(/id = (\d)/.exec(request.text)?.[1]))
  } finally {
    await stage.close()
  }
})

import type { Approver } from '../../src/approvals/approver.js'
import type { ScriptedVote } from '../../src/testing/scripted-approver.js'

/** An approver whose votes are proven at the level `channel`, for as far as it can be believed itself. */
export function provenApprover(
  script: (text: string) => readonly Pick<ScriptedVote, 'approver' | 'decision'>[],
): Approver {
  const given = new Map<string, Pick<ScriptedVote, 'approver' | 'decision'>>()
  return {
    name: 'proven',
    level: 'channel',
    async ask({ view: { text } }, vote) {
      for (const step of script(text)) {
        const evidence = `vote ${String(given.size)}`
        given.set(evidence, step)
        await vote({ evidence })
      }
    },
    verify(evidence) {
      const step = given.get(evidence)
      if (step === undefined) return Promise.reject(new Error('there is no such vote'))
      return Promise.resolve({ ...step, level: 'channel', stage: undefined, id: evidence })
    },
  }
}

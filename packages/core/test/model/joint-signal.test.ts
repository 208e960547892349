import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { JointSignal } from '../../src/model/joint-signal.js'

/** A joint signal over two others, and how many listen to each of those. */
function joined() {
  const [session, action] = [new AbortController(), new AbortController()]
  const joint = new JointSignal(session.signal, action.signal)
  const listening = () => [session, action].map(({ signal }) => getEventListeners(signal, 'abort').length)
  return { session, action, joint, listening }
}

describe('a joint signal', () => {
  it('aborts with any of the others, for its reason', () => {
    for (const which of ['session', 'action'] as const) {
      const at = joined()
      const reasons: unknown[] = []
      at.joint.signal.addEventListener('abort', () => reasons.push(at.joint.signal.reason))
      at[which].abort(which)
      at.session.abort('later')
      at.action.abort('later')
      expect(reasons).toEqual([which])
    }
  })

  it('is aborted from the start when another is', () => {
    expect(new JointSignal(new AbortController().signal, AbortSignal.abort('before')).signal).toMatchObject({
      aborted: true,
      reason: 'before',
    })
  })

  it('aborts by itself, and the others do not', () => {
    const { action, joint, session } = joined()
    joint.abort('done')
    expect([joint, action, session].map(({ signal }) => signal.aborted)).toEqual([true, false, false])
    expect(joint.signal.reason).toBe('done')
  })

  it('leaves nothing on the others when it has aborted', () => {
    const [own, other] = [joined(), joined()]
    expect(own.listening()).toEqual([1, 1])
    own.joint.abort()
    other.session.abort()
    expect([own.listening(), other.listening()]).toEqual([
      [0, 0],
      [0, 0],
    ])
  })

  it('leaves nothing on the others when it was released, and has not aborted by that', () => {
    const { joint, listening, session } = joined()
    joint.release()
    session.abort()
    expect([listening(), joint.signal.aborted]).toEqual([[0, 0], false])
  })
})

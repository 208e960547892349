import type { Guard } from '@bothkeys/core'

/** Tells whoever is on call what they have to look at. Answers how to stop. */
export function watched(guard: Guard, alert: (text: string) => void): () => void {
  const stops = [
    guard.on('failure', ({ refusal }) => {
      alert(`${refusal.code}: ${refusal.message}`)
    }),
    guard.on('journalBehind', ({ lastLsn, why }) => {
      alert(`the journal ends at ${String(lastLsn)}, and what was noted is ${why}`)
    }),
    guard.on('sinkBehind', ({ error, events }) => {
      alert(`${error.message}: ${String(events)} events wait`)
    }),
    guard.on('sinkStopped', ({ error }) => {
      alert(error.message)
    }),
    guard.on('policyRejected', ({ error }) => {
      alert(error.message)
    }),
    guard.on('glassBroken', ({ target, ticket }) => {
      alert(`glass is broken on ${target}: ${ticket}`)
    }),
    guard.on('withoutDirectory', () => {
      alert('every account counts as a person of its own')
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

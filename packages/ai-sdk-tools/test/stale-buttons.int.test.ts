import { staleButtons } from '@bothkeys/agent-stage/stale-buttons'
import { sqlTools } from '../src/index.js'
import { answersOf, versions } from './support/versions.js'

for (const { ask, version } of versions) {
  staleButtons({
    name: `version ${String(version)} of the AI SDK`,
    repeats: true,
    open: async (stage, thread) => {
      const tools = sqlTools(await stage.session(), stage.orders, { thread })
      return {
        call: async (calls, abortSignal) => {
          const turn = calls.map(({ id, sql }) => ({ id, name: 'query', input: { sql } }))
          return answersOf(await ask({ tools, turns: [turn], ...(abortSignal !== undefined && { abortSignal }) }))
        },
      }
    },
  })
}

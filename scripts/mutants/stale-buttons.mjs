const staleButtons = 'packages/langchain-tools/test/stale-buttons.int.test.ts'
const durably = 'packages/langchain-tools/test/stale-buttons-durable.int.test.ts'
const replay = 'packages/langchain-tools/test/replay.int.test.ts'

/** What an earlier click, an earlier answer and an earlier state of a conversation allow: nothing else, and nothing twice. */
export const staleButtonGuards = [
  {
    name: 'a call is what it says',
    file: 'packages/agent-tools/src/calls/call-key.ts',
    find: ', name, args]',
    replace: ', name]',
    tests: [staleButtons, durably],
    only: 'says something else meanwhile|state is edited',
  },
  {
    name: 'a call that is made again joins the first',
    file: 'packages/agent-tools/src/calls/tool-calls.ts',
    find: 'this.#calls.get(key) ?? this.#begin(key, work)',
    replace: 'this.#begin(key, work)',
    tests: [staleButtons],
    only: 'once it ran',
  },
  {
    name: 'a call that was taken back begins no more',
    file: 'packages/agent-tools/src/calls/tool-calls.ts',
    find: '      if (!holds.isTakenBack || holds.last === undefined) throw error\n',
    replace: '      throw error\n',
    tests: [durably],
    only: 'turned down',
  },
  {
    name: 'whoever stops waiting in LangChain takes the call back',
    file: 'packages/langchain-tools/src/answer-call.ts',
    find: "  signal.addEventListener('abort', leave, { once: true })\n",
    replace: '',
    tests: [staleButtons],
    only: 'taken back',
  },
  {
    name: 'a call that a person answers in the conversation is taken back',
    file: 'packages/langchain-tools/src/answer-call.ts',
    find: '  const ran = await takenBack(key, waiting)\n  if (ran !== undefined) return ran\n',
    replace: '',
    tests: [durably],
    only: 'other arguments|turned down',
  },
  {
    name: 'an edit makes no call of another tool',
    file: 'packages/langchain-tools/src/answer-call.ts',
    find: "      if (decision.name !== call.name) return refused(call, 'Not done: an edit cannot make it a call of another tool.')\n",
    replace: '',
    tests: [replay],
    only: 'another tool',
  },
  {
    name: 'a conversation says only what it may',
    file: 'packages/langchain-tools/src/human-request.ts',
    find: 'decisions.some((allowed) => allowed === type)',
    replace: 'decisions.length > 0',
    tests: [replay],
    only: 'resumed with, whatever',
  },
]

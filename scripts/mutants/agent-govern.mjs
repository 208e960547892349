const file = 'packages/agent-tools/src/govern.ts'
const tests = ['packages/agent-tools/test/govern.test.ts']

/** What takes a function of the host through a decision. */
export const agentGovernGuards = [
  ['a function runs on a copy', 'deepFrozen(structuredClone(input))', 'deepFrozen(input)'],
  [
    'a function runs on what nobody changes',
    'return deepFrozen(structuredClone(input))',
    'return structuredClone(input)',
  ],
  [
    'what a function runs on is frozen through and through',
    '  for (const member of Object.values(value)) deepFrozen(member)\n',
  ],
  [
    'a function runs on what was decided',
    'return await carriedOut(permitOf(admission), input, work, signal)',
    'return await carriedOut(permitOf(admission), given, work, signal)',
  ],
  ['a function is decided by what it is given', 'parameters: [snapshot(copy)]', 'parameters: []'],
  [
    'a refused function does not run',
    '      throw refusalError(admission.refusal)\n',
    '      throw refusalError({ ...admission.refusal, code: "ERR_INTERNAL", rules: [] })\n',
  ],
  [
    'a function is withdrawn with its caller',
    'new JointSignal(context.signal, access.signal)',
    'new JointSignal(access.signal)',
  ],
  [
    'a function is withdrawn with its session',
    'new JointSignal(context.signal, access.signal)',
    'new JointSignal(context.signal)',
  ],
  ['a function leaves nothing on signals', '    waited.release()\n'],
  ['a function says that it waits', ', ...(onHeld && { onHeld })', ''],
  ['a function runs on a permit that counts', '    permit.use()\n    permit.run()\n'],
  ['an outcome of a function is on record', "    await permit.settle({ outcome: 'completed' })\n"],
  ['nobody knows how far a failed function came', "    await permit.settle({ outcome: 'unknown' })\n"],
  ['a refusal within a function stays one', '    if (error instanceof BothKeysError) throw error\n'],
  ['the words of a function are masked', 'masking(permit)?.(error.message) ?? error.message', 'error.message'],
  [
    'what a function throws stays with the host',
    "throw new ToolFailure('the tool threw an error, which the host has', { cause: error })",
    'throw error',
  ],
  ['the answer of a function is masked', 'return mask === undefined ? answer : masked(answer, mask)', 'return answer'],
  ['what is masked of a function is counted', '    if (seen !== text) masks.masked(1)\n'],
  [
    'a function that nobody describes is refused',
    '    said = await describe(input)\n',
    "    said = await describe(input)\n  } catch {\n    said = { effects: [{ duty: 'read', resource: 'mailbox:ada' }] }\n  }\n  try {\n",
  ],
  [
    'why nobody describes a function is not told',
    'refused: nobody can say what this call of ${name} does`',
    'refused: nobody can say what this call of ${name} does: ${String(cause)}`',
  ],
  ['a function is described in time', 'within(describeMs, ', 'within(2_147_483_647, '],
  ['a function without effects is opaque', 'effects.length > 0 ? effects : [opaqueEffect(name)]', 'effects'],
  [
    'arguments of a function are not recorded',
    '    text: said.text ?? `${name}(${JSON.stringify(input)})`,\n    recordedText: `${name}(…)`',
    '    text: said.text ?? `${name}(${JSON.stringify(input)})`,\n    recordedText: `${name}(${JSON.stringify(input)})`',
  ],
  [
    'people see the arguments of a function',
    'text: said.text ?? `${name}(${JSON.stringify(input)})`',
    'text: `${name}(…)`',
  ],
].map(([name, find, replace = '']) => ({ name, file, find, replace, tests }))

/** Where functions of the host are governed. */
export const toolTargetGuards = [
  {
    name: 'the time to describe a function is one that timers take',
    file: 'packages/agent-tools/src/describe-ms.ts',
    find: 'Number.isSafeInteger(given) && given > 0 && given <= longest',
    replace: 'given <= longest',
    tests,
  },
  {
    name: 'a target of functions has a name for policies',
    file: 'packages/agent-tools/src/tool-target.ts',
    find: '!/^[A-Za-z][\\w-]{0,62}$/.test(name)',
    replace: 'false',
    tests,
  },
]

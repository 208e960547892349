/** Where people decide, something says who is a person. */
export const knownPeopleGuards = [
  {
    name: 'people decide only where something says who is a person',
    file: 'packages/core/src/guard.ts',
    find: '    assertPeopleKnown(options.directory, holder.current)\n',
    replace: '',
    tests: ['packages/core/test/directory/guard.test.ts'],
    only: 'people decide',
  },
  {
    name: 'nobody is asked where a policy that holds came later',
    file: 'packages/core/src/guard.ts',
    find: 'options.directory === undefined ? withoutPeople : standingNow',
    replace: 'standingNow',
    tests: ['packages/core/test/directory/guard.test.ts'],
    only: 'comes later',
  },
  {
    name: 'a policy that holds needs people',
    file: 'packages/core/src/policy/compile.ts',
    find: 'asksPeople: rules.hold.length > 0',
    replace: 'asksPeople: rules.hold.length > 9',
    tests: ['packages/core/test/directory/guard.test.ts'],
    only: 'people decide',
  },
  {
    name: 'a policy that wants a review needs people',
    file: 'packages/core/src/policy/compile.ts',
    find: ' || rules.chains.some(({ review }) => review !== undefined)',
    replace: '',
    tests: ['packages/core/test/directory/guard.test.ts'],
    only: 'people only review',
  },
]

const tests = ['packages/adapter-pg/test/masking/non-interference.int.test.ts']
const sideChannels = ['packages/adapter-pg/test/masking/side-channels.int.test.ts']

/** Rules of where values go whose absence random statements notice. */
export const maskingCanaryGuards = [
  {
    name: 'what chooses, orders or groups goes elsewhere',
    find: `    return this.into(this.elsewhere, visit)\n  }`,
    replace: `    return this.into(new Sources(), visit)\n  }`,
  },
  {
    name: 'a value that may fail tells of its sources',
    tests: sideChannels,
    find: '    if (!total) this.elsewhere.parts.add(sources)\n    return { sources, plain',
    replace: '    return { sources, plain',
  },
  {
    name: 'a value goes where the frame on top says',
    find: '    this.#frame.sources.parts.add(sources)\n',
    replace: '',
  },
  {
    name: 'what is made of what may fail may fail',
    tests: sideChannels,
    find: '    if (!total) this.mayFail()\n',
    replace: '',
  },
  {
    name: 'what decides on rows, or is kept, goes elsewhere',
    find: '    for (const { sources } of flows) this.elsewhere.parts.add(sources)\n',
    replace: '',
  },
].map((guard) => ({ tests, ...guard, file: 'packages/adapter-pg/src/analyzer/flows.ts' }))

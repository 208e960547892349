const source = (name) => `packages/serve/src/${name}.ts`
const test = (name) => [`packages/serve/test/${name}.test.ts`]

/** What a process that serves doors takes from people by their signatures, and what keeps nobody from asking it. */
export const serveControlGuards = [
  {
    name: 'nobody has to read the log',
    file: source('unread-log'),
    find: "stream.on('error', () => undefined)",
    replace: 'stream.listenerCount',
    tests: test('unread-log'),
  },
  {
    name: 'what takes long takes no place of what does not',
    file: source('control/at-once'),
    find: '    if (running >= max) {',
    replace: '    if (running < 0) {',
    tests: test('control/at-once'),
  },
  {
    name: 'what failed is over',
    file: source('control/at-once'),
    find: '    } finally {\n      running--\n    }',
    replace: '    } finally {\n      void running\n    }',
    tests: test('control/at-once'),
  },
  {
    name: 'agents see no policy that waits',
    file: source('control/routes'),
    find: 'return roles.approvals ? policyChanges(ports.decisions) : nothingHere()',
    replace: 'return policyChanges(ports.decisions)',
    tests: test('control/listener'),
  },
  {
    name: 'agents see nothing that waits for a review',
    file: source('control/routes'),
    find: 'return roles.approvals ? pendingReviews(ports.decisions) : nothingHere()',
    replace: 'return pendingReviews(ports.decisions)',
    tests: test('control/listener'),
  },
  {
    name: 'agents hand in nothing that people signed',
    file: source('control/routes'),
    find: 'if (decided === undefined || !roles.approvals) return nothingHere()',
    replace: 'if (decided === undefined) return nothingHere()',
    tests: test('control/listener'),
  },
  {
    name: 'evidence is all there is in its body',
    file: source('control/decisions'),
    find: "if (body.size !== 1 || typeof evidence !== 'string')",
    replace: "if (typeof evidence !== 'string')",
    tests: test('control/listener'),
  },
]

/** How a server is left. */
export const linkGuards = [
  {
    name: 'nothing is waited for from a server that is gone',
    file: 'packages/adapter-pg/src/door/server-link.ts',
    find: 'if (socket.destroyed) return Promise.resolve()',
    replace: '',
    tests: ['packages/adapter-pg/test/door/server-link.test.ts'],
  },
]

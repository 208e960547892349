import { guards, test } from './k8s-guards.mjs'

/** How much of one session the door for Kubernetes takes on, and for how long. */
export const k8sLimitGuards = [
  ...guards('door/waiting', test('door/waiting'), [
    [
      'so many requests of a session are open and no more',
      '    if (this.#open.size >= most.open) return tooManyOpen\n',
    ],
    [
      'so many connections of a session to pods are open and no more',
      '    if (one.isConnection === true && this.#connections >= most.connections) return tooManyConnections\n',
    ],
    [
      'connections that are over leave their places',
      '    if (this.#open.delete(one) && one.isConnection === true) this.#connections -= 1\n',
      '    this.#open.delete(one)\n',
    ],
    ['bodies of a session have an end together', 'this.#bytes + bytes <= most.bytes', 'bytes <= most.bytes'],
    ['a body for which there is no room holds none', 'holds ? bytes : -held', 'holds ? bytes : 0'],
    ['bodies of what is over hold no room', '    this.#bytes -= this.#open.get(one) ?? 0\n'],
  ]),
  ...guards('door/exchange', test('door/waiting'), [
    ['bodies are read where there is room', '(bytes) => on.waiting.hold(response, bytes)', '() => true'],
  ]),
  ...guards('door/read-request', test('door/waiting'), [
    ['parts of a body cost something', 'hold(chunk.length + perPart)', 'hold(chunk.length)'],
    [
      'a body without room is not read in part',
      'return holds ? Buffer.concat(chunks) : noRoom',
      'return Buffer.concat(chunks)',
    ],
  ]),
  ...guards('door/stale-connection', test('door/upstream'), [
    ['a write is not sent twice', "    if (method !== 'GET') throw error.cause\n"],
    ['what a new connection did not answer is not sent again', '      request.reusedSocket &&\n'],
    ['what was answered in part is not sent again', '      request.socket?.bytesRead === before &&\n'],
    [
      'a read is sent again where it was not heard',
      'return isStale ? new StaleConnection',
      'return false ? new StaleConnection',
    ],
  ]),
  ...guards('door/upstream', test('door/upstream'), [
    ['nothing is sent again for nobody', 'signal.aborted ? signal.reason : judged(error)', 'judged(error)'],
    ['what is sent again has a connection of its own', '{ ...options, agent: false }', 'options'],
  ]),
  ...guards('door/log-in', test('door/upstream'), [
    ['a login has an end', '      reject(tookTooLong())\n'],
    ['a login has half a minute', 'longestLoginMs = 30_000', 'longestLoginMs = 60_000'],
  ]),
  ...guards('door/log-in', test('door/login-plugins'), [['a plugin that hangs is ended', '      plugins.end()\n']]),
  ...guards('door/login-plugins', test('door/login-plugins'), [
    ['what a plugin started ends with it', "process.kill(-pid, 'SIGKILL')", "plugin.kill('SIGKILL')"],
    ['a plugin is of its login', 'current.getStore()?.begin(spawn, command, args, options) ?? ', ''],
  ]),
  ...guards('door/upstream', test('door/login-plugins'), [
    ['one login is under way at a time', 'this.#login ??= logIn(', 'this.#login = logIn('],
    ['a login is asked for anew', '      this.#login = undefined\n'],
  ]),
  ...guards('door/exchange', test('door/upstream'), [
    ['who asks is told that the login took too long', '      if (cause instanceof BothKeysError) throw cause\n'],
  ]),
  ...guards('recordings/recorder', test('streams/recordings'), [
    ['a recording has an end', '    if (this.#isFull) return Promise.reject(full())\n'],
    ['a recording has no holes', 'this.#isFull ||= ', 'this.#isFull = '],
    ['a recording that did not begin is over', '      recorder.abandon()\n'],
    ['a recording is 256 MiB large at most', 'mostRecordedBytes = 256 * 1024', 'mostRecordedBytes = 512 * 1024'],
  ]),
  ...guards('door/begin-recording', test('streams/recordings'), [
    [
      'a recording is as large as it may be',
      ", command: shown ?? '' }, mostRecordedBytes)",
      ", command: shown ?? '' })",
    ],
  ]),
  ...guards('target', test('streams/recordings'), [
    ['the size of recordings is a number', 'Number.isSafeInteger(mostRecordedBytes) && mostRecordedBytes > 0', 'true'],
  ]),
  ...guards('target', test('door/bounds'), [
    ['what waits of a session goes with it', 'new WeakMap<Session, Waiting>()', 'new Map<Session, Waiting>()'],
  ]),
]

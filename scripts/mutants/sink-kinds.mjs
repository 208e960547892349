const sinks = (name) => `packages/core/src/sinks/${name}.ts`
const record = (name) => `packages/core/src/record/${name}.ts`
const test = (name) => [`packages/core/test/sinks/${name}.test.ts`]
const http = test('http')
const lines = test('lines')
const guard = test('guard-sinks')

/** What a guard takes for a sink, what each kind of sink takes for taken, and what it touches. */
export const sinkKindGuards = [
  // Sinks of a guard.
  [
    'are looked at before anything is opened',
    'packages/core/src/guard-options.ts',
    '  if (options.sinks !== undefined) assertSinks(options.sinks)\n',
    '',
    guard,
  ],
  [
    'have names of their own',
    sinks('sink-options'),
    'if (names.has(name)) throw',
    'if (names.has(`${name} `)) throw',
    guard,
  ],
  ['have names that are file names', record('cursor'), '/^[a-z0-9][a-z0-9._-]{0,63}$/', '/^[^]{1,64}$/', http],
  [
    'need a journal that feeds them',
    'packages/core/src/guard-sinks.ts',
    "    throw new BothKeysError('ERR_CONFIG_INVALID', 'createGuard: the journal feeds no sinks', {",
    "    throw new BothKeysError('ERR_INTERNAL', 'createGuard: the journal feeds no sinks', {",
    guard,
  ],
  ['are told before the journal closes', 'packages/core/src/guard.ts', '      () => sinks.close(),\n', '', guard],
  [
    'say when a cursor is not kept',
    'packages/core/src/guard-sinks.ts',
    "    observers.emit('failure', { session: engineSession, refusal: cursorNotKept, cause })\n",
    '',
    guard,
  ],
  // HTTP.
  ['signs the time and the id', sinks('http'), '.update(`${id}.${timestamp}.`)', '', http],
  ['signs the body', sinks('http'), '.update(body).digest', '.digest', http],
  ['signs with every key', sinks('http'), "signatures.join(' ')", 'signatures[0] ?? id', http],
  ['copies its keys', sinks('http'), 'return Buffer.from(key)\n', 'return key as Buffer\n', http],
  ['takes no short key', sinks('http'), ' && key.byteLength >= leastKeyBytes', '', http],
  [
    'takes no query',
    sinks('http'),
    "  if (url.search !== '' || url.hash !== '') throw",
    "  if (url.hash === '##') throw",
    http,
  ],
  ['follows no redirect', sinks('http'), "redirect: 'manual', ", '', http],
  [
    'takes 2xx alone for taken',
    sinks('http'),
    'if (status >= 200 && status <= 299) return taken',
    'if (status >= 200 && status <= 399) return taken',
    http,
  ],
  [
    'reads answers up to a bound',
    sinks('http'),
    'const maxAnswerBytes = 64 * 1024',
    'const maxAnswerBytes = 1024 * 1024 * 1024',
    http,
  ],
  ['ends with its signal', sinks('http'), "redirect: 'manual', signal })", "redirect: 'manual' })", http],
  ['tries passing failures again', sinks('http'), 'return isPassing(status) ? {', 'return status < 0 ? {', http],
  ['lets a server ask for time', sinks('http'), 'retryMs: retryAfterMs(headers)', 'retryMs: 0', http],
  // Files and streams.
  ['cuts off half a line', sinks('lines-file'), '    await file.truncate(end)\n', '', lines],
  [
    'touches no file with other lines',
    sinks('lines-file'),
    '  if (!isEvent) throw new UnfitFile',
    '  if (from < 0) throw new UnfitFile',
    lines,
  ],
  ['touches no document', sinks('lines-file'), ' && !isJson(', ' && !(', lines],
  ['touches no text', sinks('lines-file'), 'if (!isBeginning || !isEvents) throw', 'if (!isEvents) throw', lines],
  [
    'writes no file that others may use',
    sinks('lines-file'),
    '(status.mode & 0o077) !== 0',
    '(status.mode & 0o007) !== 0',
    lines,
  ],
  [
    'has the name of a file on disk',
    sinks('lines-file'),
    '    await syncFolder(path)\n',
    '',
    'packages/core/test/sinks/names-on-disk.test.ts',
  ],
  ['follows no link', sinks('lines-file'), ' | (O_NOFOLLOW || 0)', '', lines],
  [
    'writes regular files alone',
    sinks('lines-file'),
    "  if (!status.isFile()) throw new UnfitFile('it is not a file')\n",
    '',
    lines,
  ],
  ['makes private files', sinks('lines-file'), '(O_NONBLOCK || 0), 0o600)', '(O_NONBLOCK || 0), 0o644)', lines],
  ['replaces no file', sinks('lines-file'), 'Math.max(0, ...numbers) + 1', '7', lines],
  [
    'puts full files aside',
    sinks('jsonl'),
    'if (this.#file !== undefined && this.#bytes >= this.#rotateBytes)',
    'if (this.#bytes < 0)',
    lines,
  ],
  ['says what is not on disk', sinks('jsonl'), "return { outcome: 'failed', why, cause }", 'return taken', lines],
  [
    'waits for a slow reader',
    sinks('stdout'),
    '        stream.write(linesOf(batch), (cause) => {',
    '        ;((text: string, done: (cause?: Error) => void) => { stream.write(text); done() })(linesOf(batch), (cause) => {',
    lines,
  ],
  [
    'ends no process with its stream',
    sinks('stdout'),
    "if (!listens) stream.on('error', ignored)",
    'if (!listens) ignored()',
    lines,
  ],
  ['listens once', sinks('stdout'), "if (!listens) stream.on('error', ignored)", "stream.on('error', ignored)", lines],
].map(([what, file, find, replace, ...tests]) => ({
  name: `a sink ${String(what)}`,
  file,
  find,
  replace,
  tests: tests.flat(),
}))

const test = 'packages/core/test/masking/masker-stream.test.ts'
const guards = (file, rows, tests = [test]) =>
  rows.map(([name, find, replace = '']) => ({
    name,
    file: `packages/core/src/masking/${file}.ts`,
    find,
    replace,
    tests,
  }))

/** What streams of a masker give out, hold back, and do when something fails. */
export const maskingStreamGuards = [
  ...guards('masker-stream', [
    ['an option of a stream exists', '  assertKnownOptions(of, options, known)\n'],
    ['the content of a stream is known', "!['bytes', 'text'].includes(content)", 'false'],
    ['a stream waits some time', 'idleMs >= 1 && ', ''],
    ['a stream waits as long as timers can', ' && idleMs < 2 ** 31', ''],
    ['no stream leaves out a detector elsewhere', 'parts.ask.length > 0', 'false'],
    ['what is left of a value is redacted', '  if (value.length < end - start) return redactedAs(type)\n'],
    ['what a pattern allows is shown', '  if (parts.isAllowed(value, type)) return value\n'],
    ['a mask that is missing is a word in a stream', ' ?? redactedAs(type)', " ?? ''"],
    [
      'a chunk is what the stream carries',
      'if (part === undefined) throw',
      'if (part === undefined) return undefined\n        if (part === null) throw',
    ],
    ['an error of a detector is not passed on', '  } catch {\n', '  } catch (error) {\n    throw error\n'],
    [
      'a large chunk of bytes is masked piece by piece',
      'chunk.subarray(start, start + piece)',
      'chunk.subarray(start)',
    ],
    ['subjects are told to operators', '...(subject !== undefined && { subject })', ''],
    ['values that are masked are told of', '      if (shown !== value) told?.()\n'],
    ['values that are shown are not told of', 'if (shown !== value) told?.()', 'told?.()'],
  ]),
  ...guards('node-stream', [
    [
      'a chunk that ended while it was read is followed by the next',
      '    this.#goOn?.()\n',
      '    if (this.#goOn !== undefined) {\n      this.#goOn()\n      return\n    }\n',
    ],
    [
      'a reader that is slow stops a large chunk',
      'if (this.#give(next.value)) continue',
      'if (this.#give(next.value) || true) continue',
    ],
    [
      'a large chunk goes on when there is room',
      'if (this.#goOn === undefined) super._read(size)',
      'if (size > 0) super._read(size)',
    ],
    [
      'a stream that failed passes its error on',
      '      } catch (error) {\n        callback(error as Error)\n        return\n',
      '      } catch {\n        callback()\n        return\n',
    ],
    [
      'the rest of a stream may fail, too',
      '    } catch (error) {\n      callback(error as Error)\n      return\n',
      '    } catch {\n      callback()\n      return\n',
    ],
    [
      'a stream that is destroyed has no timer',
      '    this.#stopTimer?.()\n    this.#goOn = undefined\n    callback(error)',
      '    callback(error)',
    ],
    [
      'a stream that has ended has no timer',
      '  override _flush(callback: TransformCallback): void {\n    this.#stopTimer?.()\n',
      '  override _flush(callback: TransformCallback): void {\n',
    ],
    [
      'what comes stops the timer',
      'callback: TransformCallback): void {\n    this.#stopTimer?.()\n    const',
      'callback: TransformCallback): void {\n    const',
    ],
    ['a stream that waits for nothing has no timer', '    if (this.#work.idleMs === Infinity) return\n'],
    ['an idle stream that fails is destroyed', '        this.destroy(error as Error)\n'],
    ['a signal destroys a stream', 'work.signal !== undefined', 'false'],
    ['text stays text', "{ decodeStrings: false, encoding: 'utf8' }", '{ decodeStrings: false }'],
  ]),
  ...guards('web-stream', [
    ['a web stream that is over has no timer', '    stopTimer?.()\n    if (onAbort', '    if (onAbort'],
    [
      'what comes stops the timer of a web stream',
      '    transform(chunk, controller) {\n      stopTimer?.()\n',
      '    transform(chunk, controller) {\n',
    ],
    ['a web stream that waits for nothing has no timer', '      if (work.idleMs === Infinity) return\n'],
    ['a signal stops a web stream', "      else signal?.addEventListener('abort', onAbort, { once: true })\n"],
    [
      'a signal that was given stops a web stream',
      'if (signal?.aborted === true) onAbort()',
      'if (signal === null) onAbort()',
    ],
    ['an idle web stream that fails ends', '          fail(error, controller)\n'],
  ]),
  ...guards('idle-timer', [['timers of streams keep no process running', '  timer.unref()\n']]),
  ...guards(
    'stream',
    [['a character of two units is given out whole', ' ? at - 1 : at', ' ? at : at']],
    ['packages/core/test/masking/stream.test.ts', test],
  ),
  ...guards('stream', [['what is held back is bounded', 'Number.isSafeInteger(this.#heldAtMost) && ', '']]),
]

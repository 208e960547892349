#!/usr/bin/env node
import { run } from './run.js'
import { mayGoUnread } from './unread-log.js'

// Whatever this process writes is for its user alone.
process.umask(0o077)
mayGoUnread(process.stdout, process.stderr)
process.exitCode = await run(process.argv.slice(2), {
  environment: process.env,
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  onSignal: (name, listener) => process.on(name, listener),
  onFatal: (listener) => {
    process.on('uncaughtException', listener)
    process.on('unhandledRejection', listener)
  },
  exit: (code) => process.exit(code),
})
// Nothing is open any more that matters; a timer of a library must not keep the process.
process.exit()

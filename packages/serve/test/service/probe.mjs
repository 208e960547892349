// Tries, as the user that runs it, what is listed in its argument, and prints what came of each: `ok` or the error's code.
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  readlinkSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'

const tries = {
  read: (path) => readFileSync(path),
  list: (path) => readdirSync(path),
  link: (path) => readlinkSync(path),
  /** Opening the memory of a process is what needs the right; the first byte is at no address. */
  memory: (path) => closeSync(openSync(path, 'r')),
  maps: (path) => {
    const file = openSync(path, 'r')
    const read = readSync(file, Buffer.alloc(1))
    closeSync(file)
    if (read === 0) throw Object.assign(new Error('empty'), { code: 'EMPTY' })
  },
  write: (path) => writeFileSync(path, 'x'),
  rename: (path) => renameSync(path, `${path}.moved`),
  signal: (pid) => process.kill(Number(pid), 0),
  end: (pid) => process.kill(Number(pid), 'SIGTERM'),
  debug: (pid) => process.kill(Number(pid), 'SIGUSR1'),
  // PTRACE_ATTACH on x86-64. It stops the process, and the tracer lets go when it ends.
  trace: (pid) => {
    execFileSync('perl', ['-e', `exit(syscall(101, 16, ${Number(pid)}, 0, 0) == -1 ? ($! + 0) : 0)`])
    process.kill(Number(pid), 'SIGCONT')
  },
  connect: (path) =>
    new Promise((resolve, reject) => {
      const socket = connect(path, () => {
        socket.destroy()
        resolve()
      })
      socket.on('error', reject)
    }),
}

const results = {}
for (const [what, on] of JSON.parse(process.argv[2] ?? '[]')) {
  try {
    await tries[what](on)
    results[`${what} ${on}`] = 'ok'
  } catch (error) {
    results[`${what} ${on}`] = error.code ?? `status ${String(error.status)}`
  }
}
process.stdout.write(JSON.stringify(results))

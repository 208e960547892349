import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeAll } from '../../src/record/file-system.js'
import { nodeFileSystem } from '../../src/record/node-file-system.js'
import { CrashFileSystem } from '../../src/testing/crash-file-system.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bothkeys-files-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

describe('nodeFileSystem', () => {
  it('never puts a file in the place of another', () => {
    const [from, to] = [join(directory, 'from'), join(directory, 'to')]
    writeFileSync(from, 'new')
    writeFileSync(to, 'old')
    const taken = expect.objectContaining({ code: 'EEXIST' })
    expect(() => {
      nodeFileSystem.publish(from, to)
    }).toThrow(taken)
    expect(() => nodeFileSystem.open(to, 'create')).toThrow(taken)
    expect(readFileSync(to, 'utf8')).toBe('old')
    rmSync(to)
    nodeFileSystem.publish(from, to)
    expect(nodeFileSystem.list(directory)).toEqual(['to'])
  })

  it('writes at the end, whatever else was opened or cut meanwhile', () => {
    const path = join(directory, 'file')
    const file = nodeFileSystem.open(path, 'create')
    nodeFileSystem.write(file, Buffer.from('-abc-'), 1, 3)
    const other = nodeFileSystem.open(path, 'append')
    nodeFileSystem.truncate(other, 1)
    nodeFileSystem.write(other, Buffer.from('x'), 0, 1)
    nodeFileSystem.write(file, Buffer.from('y'), 0, 1)
    expect(readFileSync(path, 'utf8')).toBe('axy')
    nodeFileSystem.close(file)
    nodeFileSystem.close(other)
  })
})

describe('writeAll', () => {
  it('goes on after short writes, and gives up when nothing is written', () => {
    const fileSystem = new CrashFileSystem({
      fault: (_index, call) => (call === 'write' ? { kind: 'short', bytes: 2 } : undefined),
    })
    fileSystem.makeDirectory('/d')
    const file = fileSystem.open('/d/f', 'create')
    writeAll(fileSystem, file, Buffer.from('0123456789'), 1, 8)
    expect(fileSystem.contents('/d/f').toString()).toBe('1234567')
    const stuck = { ...nodeFileSystem, write: () => 0 }
    expect(() => {
      writeAll(stuck, 0, Buffer.from('x'), 0, 1)
    }).toThrow(expect.objectContaining({ code: 'EIO' }))
  })
})

import { createHmac } from 'node:crypto'
import type { MaskKey } from '../../../src/masking/index.js'

/** A key as the guard provides one. */
export function maskKey(secret: string): MaskKey {
  return { mac: (message) => createHmac('sha256', secret).update(message).digest() }
}

export const parts = { key: maskKey('a key of tests'), scope: 'run-1' }

import { createHmac } from 'node:crypto'
import type { Masker } from '@bothkeys/core/masking'
import { createMasker, userDetector } from '@bothkeys/core/masking'

/** A masker for what one root run sees. The secret is 32 random bytes that agents cannot reach. */
export function maskerOf(secret: Uint8Array, run: string): Masker {
  return createMasker({
    detect: [
      userDetector({ type: 'employee', pattern: String.raw`\bEMP-\d{6}\b`, needs: { digits: 6, anyOf: ['emp-'] } }),
    ],
    with: 'redact',
    byType: { employee: 'token' },
    paths: [
      { path: '/customer/email', with: { partial: { keepFirst: 1, keepDomain: true } } },
      { path: '/customer/born', with: { bucket: { size: 'decade' } } },
      { path: '/orders/*/amount', with: { bucket: { edges: [0, 100, 1000] } } },
    ],
    key: { mac: (message) => createHmac('sha256', secret).update(message).digest() },
    scope: run,
  })
}

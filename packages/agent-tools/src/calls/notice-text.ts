import type { HeldNotice } from '@bothkeys/core/adapter'
import { z } from 'zod'

const schema = z.strictObject({
  requestId: z.string(),
  digest: z.string(),
  rules: z.array(z.string()),
  expiresAt: z.iso.datetime(),
})

/** What people were asked, for a ledger. */
export function noticeText({ digest, expiresAt, requestId, rules }: HeldNotice): string {
  return JSON.stringify({ requestId, digest, rules, expiresAt: expiresAt.toISOString() })
}

/** The same, read again. Undefined: it is none. */
export function noticeOf(text: string): HeldNotice | undefined {
  const { data } = schema.safeParse(jsonOf(text))
  // Whoever made the digest made it by its form.
  return data && { ...data, digest: data.digest as HeldNotice['digest'], expiresAt: new Date(data.expiresAt) }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

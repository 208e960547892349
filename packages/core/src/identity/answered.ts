/** The longest that a server may ask to be left alone. */
const maxRetryAfterS = 60

/** Statuses that say nothing about the message: RFC 9110 section 15.6, RFC 6585 section 4. */
export function isPassing(status: number): boolean {
  return status >= 500 || status === 429 || status === 408
}

/** How long a server asks to be left alone, in milliseconds, within bounds. */
export function retryAfterMs(headers: Headers): number {
  const seconds = headers.get('retry-after') ?? ''
  const askedS = /^[0-9]{1,9}$/u.test(seconds) ? Number(seconds) : 0
  return Math.min(askedS, maxRetryAfterS) * 1000
}

/** Says which status an answer had. */
export function answered(status: number): string {
  return `it answered HTTP ${String(status)}`
}

import type { TokenVault } from '../masking/token-vault.js'

/** A vault for tests: it keeps clear values in memory as long as it lives, and throws when it holds `most`. */
export function memoryTokenVault(most = 10_000): TokenVault & { readonly size: number } {
  const values = new Map<string, string>()
  return {
    get size() {
      return values.size
    },
    keep(token, value) {
      if (values.size >= most && !values.has(token)) throw new RangeError('the vault is full')
      values.set(token, value)
    },
    reveal: (token) => values.get(token),
  }
}

/** Where a value that is to be masked comes from. */
export interface MaskContext {
  /** What it is: the type of a finding, or the rule of a column. */
  readonly type: string
  /** Values of one type and domain that are equal stay equal under deterministic operators; those of two domains do not tell. */
  readonly domain: string
  /** Whose value it is: what shifts of dates are the same for. Undefined: nobody's, and each domain is one subject. */
  readonly subject?: string
}

/** Turns a value into what may be seen of it. */
export interface Operator {
  /** For example `partial`. */
  readonly name: string
  /**
   * Whether what it makes tells equal values from others: such an operator is keyed per root run unless the policy opts into
   * wider joins (RULES 30).
   */
  readonly deterministic: boolean
  /** Null: the value is masked as a missing one. Never throws; what goes wrong is `redact`. */
  mask(value: string, context: MaskContext): string | null
}

/** Keyed hashing, as the guard provides it: HMAC-SHA256 with a key that agents cannot reach. */
export interface MaskKey {
  /** 32 bytes that only the holder of the key can make again. */
  mac(message: Uint8Array): Uint8Array
}

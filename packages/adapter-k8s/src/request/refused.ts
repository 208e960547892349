/** Why a request goes no further, in plain words that repeat nothing of it but names of fields. */
export interface Refused {
  readonly refused: string
}

export function refuse(refused: string): Refused {
  return { refused }
}

/** Values that could be anything, as those of JSON, are wrapped before they are asked about here. */
export function isRefused(outcome: object): outcome is Refused {
  return Object.hasOwn(outcome, 'refused')
}

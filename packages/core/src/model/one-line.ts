/** Whether a value is a text of one line that says something, well-formed and of at most so many characters. */
export function isOneLine(value: unknown, mostCharacters: number): value is string {
  return (
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= mostCharacters &&
    value.isWellFormed() &&
    !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)
  )
}

/**
 * Functions, aggregates and window functions of the server that raise no error, give no rows, have no effect and take no time
 * or memory that a value decides, whatever their arguments are: each by the types that it declares. What looks as if it
 * belonged here and does not is in the test of this list, with the reason.
 */
const always = signatures(`
  lower(text) upper(text) length(text)
`)

/** They hand on what they are given: no function of its type runs. */
const carrying = signatures(`
  count() count(any) array_agg(anynonarray) row_number() rank() dense_rank() percent_rank() cume_dist()
  lag(anyelement) lead(anyelement) first_value(anyelement) last_value(anyelement)
`)

function signatures(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}

/** How sure a routine of this signature is: in any case, in any case without touching its polymorphic arguments, or never. */
export function totality(signature: string): 'always' | 'carrying' | undefined {
  return carrying.has(signature) ? 'carrying' : always.has(signature) ? 'always' : undefined
}

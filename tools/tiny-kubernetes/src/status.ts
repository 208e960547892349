/** One thing that is wrong with an object. */
export interface Cause {
  readonly reason: string
  readonly message: string
  readonly field: string
}

/** What an answer that says no is about. */
export interface Details {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly causes?: readonly (Omit<Cause, 'field'> & { readonly field?: string })[]
  readonly retryAfterSeconds?: number
}

/** Says no, as an API server does. */
export class Refusal extends Error {
  readonly code: number
  readonly reason: string
  readonly details: Details | undefined

  constructor(code: number, reason: string, message: string, details?: Details) {
    super(message)
    this.code = code
    this.reason = reason
    this.details = details
  }

  get status(): object {
    const { code, details, message, reason } = this
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason !== '' && { reason }),
      ...(details !== undefined && { details }),
      code,
    }
  }
}

/** A kind or a resource, and its group. */
export interface Named {
  readonly group: string
  readonly name: string
}

function detailsOf({ group, name: kind }: Named, name: string): Details {
  return { ...(name !== '' && { name }), ...(group !== '' && { group }), kind }
}

function qualified({ group, name }: Named): string {
  return group === '' ? name : `${name}.${group}`
}

export const unauthorized = (): Refusal => new Refusal(401, 'Unauthorized', 'Unauthorized')

export const badRequest = (message: string): Refusal => new Refusal(400, 'BadRequest', message)

export const internal = (message: string): Refusal => new Refusal(500, '', message)

/** There is no such path. */
export const noSuchPath = (): Refusal =>
  new Refusal(404, 'NotFound', 'the server could not find the requested resource', {})

export const methodNotAllowed = (): Refusal =>
  new Refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})

export const notFound = (resource: Named, name: string): Refusal =>
  new Refusal(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name))

export const alreadyExists = (resource: Named, name: string): Refusal =>
  new Refusal(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, detailsOf(resource, name))

export const conflict = (resource: Named, name: string, why: string): Refusal =>
  new Refusal(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    detailsOf(resource, name),
  )

export const modified = 'the object has been modified; please apply your changes to the latest version and try again'

export function forbidden(resource: Named, name: string, why: string): Refusal {
  const what = name === '' ? qualified(resource) : `${qualified(resource)} "${name}"`
  return new Refusal(403, 'Forbidden', `${what} is forbidden: ${why}`, detailsOf(resource, name))
}

export function invalid(kind: Named, name: string, causes: readonly Cause[]): Refusal {
  const said = causes.map(({ field, message }) => `${field}: ${message}`)
  // The same said twice is said once.
  const once = [...new Set(said)]
  const why = once.length === 1 ? String(once[0]) : `[${once.join(', ')}]`
  const message = `${qualified(kind)} "${name}" is invalid: ${why}`
  return new Refusal(422, 'Invalid', message, { ...detailsOf(kind, name), causes })
}

export const required = (field: string, why = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: why === '' ? 'Required value' : `Required value: ${why}`,
  field,
})

export const wrong = (field: string, value: string, why: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${value}: ${why}`,
  field,
})

/** Of what was, and is gone. */
export const expired = (message: string): Refusal => new Refusal(410, 'Expired', message)

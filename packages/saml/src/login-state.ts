import { responseRefused } from './response-refused.js'

/** What is known of a login that was started. */
export interface LoginState {
  /** The ID of the request. */
  readonly request: string
  /** The login that the request was made for, which comes back as RelayState. */
  readonly login: string
  readonly startedAtMs: number
}

/** A login as text, to be kept where it was started. */
export function writeLoginState({ login, request, startedAtMs }: LoginState): string {
  return JSON.stringify([request, login, startedAtMs])
}

/** Reads what `writeLoginState` wrote. Throws ERR_TOKEN_INVALID for anything else. */
export function parseLoginState(text: string): LoginState {
  const [request, login, startedAtMs] = parsed(text)
  if (typeof request !== 'string' || request === '' || typeof login !== 'string' || login === '')
    throw responseRefused('its login was not started here')
  if (typeof startedAtMs !== 'number') throw responseRefused('its login was not started here')
  return { request, login, startedAtMs }
}

function parsed(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

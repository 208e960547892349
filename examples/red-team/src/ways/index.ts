import type { Way } from '../way.js'
import { masked } from './masked.js'

/** All of them, by topic. */
export const topics: Readonly<Record<string, readonly Way[]>> = { 'masked values': masked }

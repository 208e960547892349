/** Finds and masks sensitive data in texts, JSON and streams. */
export type { Detector, Hints, Match, Needs } from './detector.js'
export { defaultThreshold } from './detector.js'
export type { Finding } from './finding.js'
export type { MaskContext, MaskKey, Operator } from './operator.js'
export type { Span } from './span.js'
export type { View } from './view.js'

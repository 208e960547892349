/** The only place that clients of a governed configuration know. It leads nowhere. */
export const governedServer = 'http://governed.invalid'

/** Object ids below this one were given out by initdb: what has one came with the server. */
export const firstUserId = 16_384

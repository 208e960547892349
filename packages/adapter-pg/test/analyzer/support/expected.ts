/** Texts and what they do in the shop (test/catalog/fixtures/shop.sql). Also run against a real server's catalog. */
export type Cases = Readonly<Record<string, readonly string[]>>

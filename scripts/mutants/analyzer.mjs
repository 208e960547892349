export const analyzer = []

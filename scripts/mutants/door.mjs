export const door = []

export const discord = {}

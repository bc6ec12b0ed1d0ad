import { z } from 'zod'

const bits = z.string().transform(BigInt)

export const User = z.looseObject({ id: z.string(), username: z.string() })
export const Application = z.looseObject({ id: z.string(), name: z.string() })
export const Member = z.looseObject({ roles: z.array(z.string()) })
export const RoleCounts = z.record(z.string(), z.number())

export const Guild = z.looseObject({
  id: z.string(),
  name: z.string(),
  roles: z.array(z.looseObject({ id: z.string(), name: z.string(), permissions: bits })),
})

export const Channel = z.looseObject({
  id: z.string(),
  type: z.number(),
  name: z.string().nullish(),
  guild_id: z.string().optional(),
  permission_overwrites: z
    .array(z.object({ id: z.string(), type: z.number(), allow: bits, deny: bits }))
    .default([]),
})

export type Guild = z.infer<typeof Guild>

/** What is said of the keys of the API. */
export const keys = {
  taken: (name: string) =>
    `There is a key called "${name}" already. Remove it first, or choose another name.`,
  ownerTaken: () => 'The name "owner" is that of the key in the configuration. Choose another name.',
  ownerStays: () =>
    'The key "owner" stands in the configuration: change `[api] key` there, and start OTP again.',
  unknown: (name: string) => `There is no key called "${name}". The list of keys shows those that there are.`,
  needed: () => 'A valid key is needed: send it as "Authorization: Bearer KEY" or "X-Api-Key: KEY".',
  tooWeak: (held: string, needed: string) =>
    `This key may do what "${held}" allows; that needs a key of scope "${needed}".`,
  tooMany: (seconds: number) => `Too many requests: wait ${seconds} s and try again.`,
  tooManyFailed: (seconds: number) =>
    `Too many requests with a wrong key came from this address: wait ${seconds} s and try again.`,
  repeatDiffers: () =>
    'Idempotency-Key: this key was used for another request before. Use a new one for a new request.',
  repeatRunning: () =>
    'Idempotency-Key: the first request with this key is still being worked on. Try again in a few seconds.',
  repeatUnreadable: () =>
    'Idempotency-Key: expected 1 to 200 visible ASCII characters, such as a UUID, once.',
}

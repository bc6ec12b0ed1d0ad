/** What `otp probe` says. */
export const probe = {
  asking: () => 'Asking Plex what its documents leave open',
  about: (version: string, node: string, platform: string) =>
    `Report of otp probe: OTP ${version}, Node.js ${node}, ${platform}. Nothing was changed at Plex.`,
  hidden: () =>
    'Only names of fields and kinds of values are here. Look through it all the same before you pass it on.',
  answered: (asked: string, status: number, type: string, tookMs: number) =>
    `${asked}: ${status}, ${type || 'no content type'}, ${tookMs} ms`,
  silent: (asked: string, trouble: string) => `${asked}: ${trouble}`,
}

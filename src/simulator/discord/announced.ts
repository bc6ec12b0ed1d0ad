/** Where each simulated Discord of this process is announced, to whoever watches over all of them. */
export const DISCORD_STARTED = 'otp.simulator.discord.started'

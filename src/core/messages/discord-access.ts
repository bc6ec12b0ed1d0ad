/** Said to who may not give orders: what makes an admin, and whom to ask. */
export const access = {
  elsewhere: () =>
    'I take orders only in the Discord server that I was set up for. Please give the command there.',
  byPermission: () =>
    'Admins are those who may manage this Discord server. If you should be one, ask somebody who is for a role with the permission Manage Server.',
  byRoles: (roles: string) =>
    `Admins are the members with ${roles}. If you should be one, ask somebody who may manage this Discord server for that role.`,
  forManagers: (setting: string) =>
    `You may manage this Discord server, so you can give that role yourself. Which roles count is set where OTP runs (${setting}); who is shown the commands, in Server Settings, Integrations.`,
}

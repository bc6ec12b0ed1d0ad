/** Why a fence cannot be put up, as the rest of a sentence that begins with its name. */
export const obstacles = {
  noPlexPass: () => 'the owner of this server has no Plex Pass, without which Plex restricts nothing',
  cannotRestrict: () => 'this server does not offer restrictions, although its owner has a Plex Pass',
  labelOnPart: () => 'Plex ignores labels on seasons and episodes',
  seesOther: () => 'the guest sees other things of this server already, which a restriction would hide',
  seesElsewhere: () =>
    'the guest sees another server of the same owner, and a restriction would hide what is there',
  isRestricted: () => 'the guest is restricted by other rules already, which must stay as they are',
  privateBeside: () => 'the guest has a private library as well, which a restriction would hide',
  labelBeside: () => 'the guest is restricted by a label at the moment, which would hide a private library',
  noPrivateRoot: () => 'no folder for private libraries is configured ([access] private_root)',
  itemGrantsOff: () => 'single-item grants are off ([access] item_grants)',
  itemNeedsFriend: () => 'plex.tv grants single items to friends of the owner only',
  itemGrantsByHand: () => 'the guest has single items from somebody else, which could not be told apart',
  restrictionNotKept: () => 'plex.tv took the restriction but does not show it when read back',
  labelRefused: () => 'the server does not take the label',
  labelNotKept: () => 'the server took the label but does not show it when read back',
  grantNotKept: () => 'plex.tv took the grant but does not show it when read back',
}

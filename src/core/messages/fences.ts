import type { Fence, PassedOver } from '../model.js'

/** What each fence does and what it cannot stop. */
const notes: Record<Fence, string> = {
  label:
    'The title has a private label and the share is restricted to that, downloads off, so the guest sees nothing else; ' +
    "it needs the owner's Plex Pass, counts for all of the owner's servers, and keeps nobody to a part of a show, " +
    'because Plex ignores labels on seasons and episodes.',
  library:
    'The library that holds the title is shared, downloads off; the guest can see its other titles and start one for ' +
    'a moment before it is ended.',
  private:
    'A library with only this title in it is shared with this guest, downloads off (who has a share of all libraries ' +
    'sees it too); to make and to remove it, OTP must go on running on the Plex host with permission to write there.',
  item:
    'plex.tv grants this one title alone; Plex does not document such grants, takes one title at a time, and not ' +
    'every player shows it.',
}

/** How a guest is kept to a title, said honestly and alike at every edge. */
export const fences = {
  note: (fence: Fence) => notes[fence],
  passedOver: ({ fence, why }: PassedOver) => `Not ${fence}, because ${why.replace(/\.$/, '')}.`,
} satisfies Record<string, (...facts: never[]) => string>

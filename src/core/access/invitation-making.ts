import { OtpError } from '../errors.js'
import type { Assignment, Filters, Invitation } from '../model.js'
import { hasLeftSomething } from '../records.js'
import { type InvitationBook, invitationLabel } from './invitation-book.js'
import type { Labelling } from './labelling.js'
import type { PrivateLibraries } from './private-library.js'
import { needsOf, noFilters } from './wanted.js'

/** An invitation for an assignment, with the draft of it. */
type Lending = Invitation & { purpose: { kind: 'assignment' } }

/** What an invitation for a pass names must be there before it is sent, and goes when it comes to nothing. */
export interface InvitationMaking {
  /** Puts up what the invitation is to name, or the next weaker fence where that does not hold. */
  prepare(invitation: Invitation): Promise<Invitation>
  /** Takes the next weaker fence; the invitation is changed as a whole. */
  weaken(id: string, why: string): Promise<Invitation>
  /** Removes what was made for an invitation that came to nothing. */
  tidyUp(invitation: Invitation): Promise<void>
}

export function createInvitationMaking(needs: {
  book: InvitationBook
  labelling: Labelling
  privateLibraries: PrivateLibraries
}): InvitationMaking {
  const { book, labelling, privateLibraries } = needs

  return { prepare, weaken, tidyUp }

  async function prepare(invitation: Invitation): Promise<Invitation> {
    try {
      return await putUp(invitation)
    } catch (error) {
      if (!isLending(invitation) || !(error instanceof OtpError) || error.code !== 'fence_unavailable') {
        throw error
      }
      if (!invitation.purpose.assignment.mayWeaken) throw error
      return weaken(invitation.id, error.why ?? error.message)
    }
  }

  async function putUp(invitation: Invitation): Promise<Invitation> {
    if (!isLending(invitation)) return invitation

    const { fence, id } = invitation.purpose.assignment
    if (fence === 'private') {
      const { libraryKey } = await privateLibraries.make(id)
      return book.change(invitation.id, (now) => ({
        ...now,
        libraryKeys: libraryKey === undefined ? [] : [libraryKey],
      }))
    }
    await labelling.put(invitation.labelled ?? [])
    return invitation
  }

  async function weaken(id: string, why: string): Promise<Invitation> {
    await removeMade(await book.read(id))
    return book.change(id, (now) => {
      if (!isLending(now)) return now

      const { labelled: _, ...invitation } = now
      const { privateLibrary: __, ...before } = now.purpose.assignment
      const passedOver = [...(before.passedOver ?? []), { fence: before.fence, why }]
      const assignment = { ...before, fence: 'library' as const, passedOver }
      return { ...invitation, ...carriedBy(id, assignment), purpose: { kind: 'assignment', assignment } }
    })
  }

  async function tidyUp(invitation: Invitation): Promise<void> {
    if (!hasLeftSomething(invitation)) return

    await removeMade(invitation)
    await book.tidied(invitation.id)
  }

  async function removeMade(invitation: Invitation): Promise<void> {
    await labelling.remove(invitation.labelled ?? [])
    if (isLending(invitation)) await privateLibraries.remove(invitation.purpose.assignment.id)
  }
}

/** What an invitation for this assignment names. */
export function carriedBy(
  invitationId: string,
  assignment: Omit<Assignment, 'guest'>,
): Pick<Invitation, 'libraryKeys' | 'labelled'> & { filters: Filters } {
  const label = invitationLabel(invitationId)
  const { libraryKeys, labelled, restricted } = needsOf([assignment], label)
  const filters = { ...noFilters }
  for (const kind of restricted) filters[kind] = `label=${label}`
  return { libraryKeys, filters, ...(labelled.length > 0 && { labelled }) }
}

/** Whether it is for a pass. */
export function isLending(invitation: Invitation): invitation is Lending {
  return invitation.purpose.kind === 'assignment'
}

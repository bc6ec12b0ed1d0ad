import { all } from '../engine/transact.js'
import type { Assignment, Invitation, PrivateLibrary } from '../model.js'
import type { Change, Store, Stored } from '../ports.js'
import { isOpen } from '../states.js'

/** For whom a private library is made: the account of somebody who is still to be invited is not known yet. */
export interface Recipient {
  /** Or what they were called by whoever wants to invite them, which may be an e-mail address. */
  username: string
  plexId?: string
}

/** The record that holds a private library: an assignment or, until it becomes one, the draft in an invitation. */
export interface Holder {
  lent: Omit<Assignment, 'guest'>
  recipient: Recipient
  /** The library is still wanted. */
  isOpen: boolean
  /** The write that puts the library there as it is next. */
  holding(library: PrivateLibrary): Change
}

/** Finds the holder of an assignment's private library; undefined when the draft of it came to nothing. */
export async function holderOf(store: Store, assignmentId: string): Promise<Holder | undefined> {
  const assignment = await store.read('assignment', assignmentId)
  if (assignment) return assignmentAsHolder(assignment)

  for (const { id, revision, record } of await all(store, 'invitation', { open: true })) {
    const { purpose, state } = record
    const isDraft = purpose.kind === 'assignment' && purpose.assignment.id === assignmentId
    // Once it was sent and answered, the assignment is there.
    if (!isDraft || state === 'sent') continue
    return draftAsHolder({ id, revision, record: { ...record, purpose } })
  }
  return undefined
}

/** The private libraries that a server has or may have, those for drafts among them. */
export async function privateLibrariesOn(store: Store, machineIdentifier: string): Promise<PrivateLibrary[]> {
  const [assignments, invitations] = await Promise.all([
    all(store, 'assignment', { open: true }),
    all(store, 'invitation', { open: true }),
  ])
  const drafts = invitations.flatMap(({ record: { purpose } }) =>
    purpose.kind === 'assignment' ? [purpose.assignment] : [],
  )
  return [...assignments.map((one) => one.record), ...drafts]
    .filter((one) => one.machineIdentifier === machineIdentifier)
    .flatMap(({ privateLibrary }) => privateLibrary ?? [])
    .filter((one) => one.step !== 'removed')
}

function assignmentAsHolder({ id, revision, record }: Stored<Assignment>): Holder {
  return {
    lent: record,
    recipient: record.guest,
    isOpen: isOpen(record),
    holding: (privateLibrary) => ({
      kind: 'assignment',
      id,
      record: { ...record, privateLibrary },
      ifRevision: revision,
    }),
  }
}

function draftAsHolder({
  id,
  revision,
  record,
}: Stored<Invitation & { purpose: { kind: 'assignment' } }>): Holder {
  const { invitee, purpose, state } = record
  return {
    lent: purpose.assignment,
    recipient: { username: invitee },
    isOpen: state === 'asked',
    holding: (privateLibrary) => ({
      kind: 'invitation',
      id,
      record: { ...record, purpose: { ...purpose, assignment: { ...purpose.assignment, privateLibrary } } },
      ifRevision: revision,
    }),
  }
}

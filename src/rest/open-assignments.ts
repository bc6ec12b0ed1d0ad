import type { Core, EndedAnswer } from '../core/api.js'
import { OtpError } from '../core/errors.js'
import type { Assignment, AssignmentState } from '../core/model.js'

const openStates: AssignmentState[] = ['pending', 'ready', 'watching']

/** Every assignment that has not ended, page after page. */
export async function openAssignments(core: Core): Promise<Assignment[]> {
  const found: Assignment[] = []

  for (const state of openStates) {
    let cursor: string | null | undefined

    do {
      const page = await core.assignments({ state, limit: 100, ...(cursor && { cursor }) })
      found.push(...page.items)
      cursor = page.next
    } while (cursor)
  }
  return found
}

/** Ends every open assignment; one that cannot be ended does not keep the others. */
export async function endAll(core: Core, by: string): Promise<EndedAnswer> {
  const open = await openAssignments(core)
  const answers: EndedAnswer[] = []
  const refusals: OtpError[] = []

  for (const { id } of open) {
    try {
      answers.push(await core.endAssignment({ id, by }))
    } catch (error) {
      if (!(error instanceof OtpError)) throw error
      refusals.push(error)
    }
  }

  const [first] = refusals
  if (first) {
    throw new OtpError(
      first.code,
      `${answers.length} of ${open.length} assignments have ended; the others stand: ${first.message}`,
      { cause: first },
    )
  }
  return {
    ended: answers.flatMap((answer) => answer.ended),
    access: answers.some((answer) => answer.access === 'pending') ? 'pending' : 'restored',
  }
}

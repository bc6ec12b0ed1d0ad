/** How a deadline that can be picked is called. */
export const deadlines = {
  /** What is offered to somebody who has not typed anything, readable as a deadline itself. */
  usual: ['tonight', 'tomorrow evening', 'in 3 days', 'sunday evening', 'in 1 week', 'in 2 weeks'],
  named: (said: string, when: string) => `${said}: ${when}`,
  when: (when: string, howLong: string) => `${when} (in ${howLong})`,
  minutes: (count: number) => (count === 1 ? '1 minute' : `${count} minutes`),
  hours: (count: number) => (count === 1 ? '1 hour' : `${count} hours`),
  days: (count: number) => (count === 1 ? '1 day' : `${count} days`),
}

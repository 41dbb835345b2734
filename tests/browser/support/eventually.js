// Waiting for what happens in its own time, without guessing how long that takes.
import { setTimeout as pause } from 'node:timers/promises'

const EVERY_MS = 50

/**
 * Waits until `condition` gives something true, and gives that back. What it throws is final.
 * @param {() => any} condition asked again and again
 * @param {string} what the message when it never comes true
 * @param {number} within milliseconds
 */
export async function eventually(condition, what, within = 15_000) {
  const end = Date.now() + within
  for (;;) {
    const outcome = await condition()
    if (outcome) return outcome
    if (Date.now() > end) throw new Error(`waited ${within / 1000} s in vain until ${what}`)
    await pause(EVERY_MS)
  }
}

// The browser: Chromium as the system has it, headless, without anything that calls home.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'

/** A phone, and a desktop. Widths in CSS pixels. */
export const PHONE = { width: 360, height: 740 }
export const DESKTOP = { width: 1280, height: 800 }

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']
const ACTION_MS = 20_000

function installed() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of NAMES) {
      try {
        accessSync(join(folder, name), constants.X_OK)
        return join(folder, name)
      } catch {
        // Not in this folder.
      }
    }
  }
  throw new Error(`no browser found: install ${NAMES[0]} or name one in CHROMIUM`)
}

/** Starts the browser. */
export function launch() {
  const args = ['--disable-gpu', '--disable-background-networking', '--disable-component-update']
  // Root, as in a container, has no sandbox to give.
  if (process.getuid?.() === 0) args.push('--no-sandbox')
  return chromium.launch({ executablePath: installed(), headless: true, args })
}

/**
 * A visitor of a platform: cookies of their own, nobody signed in.
 * @param options of Playwright's `newContext`, and `language` and `looks`, the cookies of these names
 */
export async function visitor(browser, platform, { language, looks, ...options } = {}) {
  const context = await browser.newContext({
    baseURL: platform.base,
    viewport: DESKTOP,
    locale: 'uk-UA',
    timezoneId: 'Europe/Kyiv',
    colorScheme: 'light',
    reducedMotion: 'reduce',
    ...options,
  })
  context.setDefaultTimeout(ACTION_MS)
  const cookies = Object.entries({ language, looks }).filter(([, value]) => value)
  await context.addCookies(cookies.map(([name, value]) => ({ name, value, url: platform.base })))
  return context
}

/**
 * A page that remembers what went wrong in it: exceptions, breaches of the content security policy, parts
 * that did not load.
 */
export async function watchedPage(context) {
  const page = await context.newPage()
  page.troubles = []
  page.on('pageerror', (error) => page.troubles.push(String(error)))
  page.on('console', (message) => {
    // That a form with errors answers 422 is no trouble.
    const status = /the server responded with a status of/.test(message.text())
    if (message.type() === 'error' && !status) page.troubles.push(message.text())
  })
  page.on('response', (response) => {
    const part = response.request().resourceType() !== 'document'
    if (part && response.status() >= 400) page.troubles.push(`${response.status()} ${response.url()}`)
  })
  return page
}

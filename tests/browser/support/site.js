// A platform with something in it, people signed in, and the pages that are looked at from all sides.
import { launch, visitor, watchedPage } from './browser.js'
import { people, signIn, signInForOrganisation } from './people.js'
import { answers, fill, next, publish, refuse, send, sign } from './petitions.js'
import { Platform } from './platform.js'

/** The consultation on the regulation, among the module's sample content, and one of its paragraphs. */
const REGULATION = '/consultations/vzaemodiia'
const PARAGRAPH = `${REGULATION}/paragraphs/p-10-3`
/** A consultation that is over, with its report. */
const REPORT = '/consultations/meetings/report'

/**
 * Starts platform and browser and fills the platform by way of its pages.
 * @returns platform, browser, `contexts` by how they look, `states` (cookies by who looks) and `numbers` of petitions
 */
export async function open() {
  const platform = await Platform.start()
  let browser
  try {
    browser = await launch()
    return { platform, browser, contexts: {}, ...(await furnish(browser, platform)) }
  } catch (error) {
    await browser?.close()
    await platform.stop()
    throw new Error(`${error.stack}\nThe platform's log:\n${platform.log}`)
  }
}

/** Ends what [open] began; fails if the platform has had errors of its own. */
export async function close(site) {
  const errors = site?.platform.errors ?? []
  await site?.browser.close()
  await site?.platform.stop()
  if (errors.length > 0) throw new Error(`the platform logged errors:\n${errors.join('\n')}`)
}

async function furnish(browser, platform) {
  const contexts = {}
  const pages = {}
  const persons = {
    citizen: people.taras,
    applicant: people.olena,
    official: people.official,
    administrator: people.administrator,
  }
  for (const [who, person] of Object.entries(persons)) {
    contexts[who] = await visitor(browser, platform)
    pages[who] = await contexts[who].newPage()
    await signIn(pages[who], person)
  }
  contexts.representative = await visitor(browser, platform)
  await signInForOrganisation(await contexts.representative.newPage(), people.representative)
  const { citizen, applicant, official, administrator } = pages
  // Something for the page of security to show: refused sign-ins, and a network that is kept out.
  for (let forged = 0; forged < 3; forged++) await fetch(`${platform.base}/sign-in/return/development?code=forged&state=forged`)
  await administrator.goto('/administration/security')
  await administrator.getByLabel('Адреса, мережа чи особа').fill('203.0.113.0/24')
  await administrator.getByLabel('Причина').fill('Тисячі спроб увійти з цієї мережі')
  await administrator.locator('form[action="/administration/security/block"] button').click()
  await administrator.locator('form[action="/administration/security/unblock"]').waitFor()
  const numbers = {}
  const titles = {
    collecting: 'Зробити безбар’єрними входи до всіх відділень пошти',
    refused: 'Щось покращити в державі якнайшвидше',
    pending: 'Оприлюднювати розклади приміських поїздів у відкритих даних',
  }
  for (const [stage, title] of Object.entries(titles)) {
    await fill(citizen, answers(title))
    numbers[stage] = await send(citizen)
  }
  await publish(official, numbers.collecting)
  await refuse(official, numbers.refused)
  await sign(applicant, numbers.collecting)
  // The applicant's form is left at the answers; the citizen's is begun.
  await fill(applicant, answers('Безкоштовний проїзд для школярів у міжміських автобусах'))
  await citizen.goto('/petitions/new')
  await citizen.getByLabel('Назва петиції').fill('Створити державний реєстр безпечних переходів')
  await next(citizen)
  await citizen.waitForURL(/step=similar/)

  await citizen.goto('/cabinet/mail')
  await citizen.getByLabel('Адреса електронної пошти').fill('citizen@example.org')
  await citizen.getByRole('button', { name: 'Надіслати посилання' }).click()
  await citizen.getByText('Чекає на підтвердження').waitFor()

  await citizen.goto('/cabinet/my-data/corrections')
  await citizen.getByLabel('Що неправильно').fill('У назві стоїть «усіх відділень»')
  await citizen.getByLabel('Як має бути').fill('«Відділень у містах»')
  await citizen.getByRole('button', { name: 'Попросити виправити' }).click()
  await citizen.getByText('чекає на відповідь').waitFor()

  const states = { anyone: { cookies: [], origins: [] } }
  for (const who of Object.keys(contexts)) {
    states[who] = await contexts[who].storageState()
    await contexts[who].close()
  }
  return { states, numbers }
}

const at = (path) => (page, numbers) => page.goto(typeof path === 'function' ? path(numbers) : path)

/** The pages by name, each with who looks at it and how it is reached. */
export const PAGES = {
  'the first page': ['anyone', at('/')],
  'the list of petitions': ['anyone', at('/petitions')],
  'a petition': ['anyone', at(({ collecting }) => `/petitions/${collecting}`)],
  'a petition that one has signed': ['applicant', at(({ collecting }) => `/petitions/${collecting}`)],
  'a refused petition': ['anyone', at(({ refused }) => `/petitions/${refused}`)],
  'all signatures': ['anyone', at(({ collecting }) => `/petitions/${collecting}/signatories`)],
  'the first step of a form': ['citizen', at('/petitions/new')],
  'a form with errors': ['official', withErrors],
  'the answers before they are sent': ['applicant', at('/petitions/new?step=check')],
  'the desk': ['official', at('/petitions/desk')],
  'a petition that is checked': ['official', at(({ pending }) => `/petitions/${pending}/checking`)],
  'the list of consultations': ['anyone', at('/consultations')],
  'a consultation': ['anyone', at(REGULATION)],
  'a paragraph': ['citizen', at(PARAGRAPH)],
  'a report': ['anyone', at(REPORT)],
  'the desk of consultations': ['official', at('/consultations/desk')],
  'the ways to sign in': ['anyone', at('/sign-in')],
  'the sign-in by signature': ['anyone', at('/sign-in/signature')],
  'a surer sign-in': ['citizen', at('/sign-in/surer?level=high&to=%2F')],
  'the page of the development provider': ['anyone', at('/sign-in/begin/development')],
  'the cabinet: cases': ['citizen', at('/cabinet')],
  'the cabinet: a case': ['citizen', at(({ collecting }) => `/cabinet/cases/petitions/${collecting}`)],
  'the cabinet: drafts': ['citizen', at('/cabinet/drafts')],
  'the cabinet: notices': ['citizen', at('/cabinet/notices')],
  'the cabinet: documents': ['citizen', at('/cabinet/documents')],
  'the cabinet: who saw my data': ['citizen', at('/cabinet/accesses')],
  'the cabinet: my organisations': ['citizen', at('/cabinet/organisations')],
  'the cabinet: my data': ['citizen', at('/cabinet/my-data')],
  'the cabinet: what an erasure would do': ['citizen', at('/cabinet/my-data/erasure')],
  'the cabinet: correction of my data': ['citizen', at('/cabinet/my-data/corrections')],
  'requests to correct data': ['official', at('/desk/corrections')],
  'what has had its time': ['administrator', at('/administration/retention')],
  'notices by e-mail': ['citizen', at('/cabinet/mail')],
  'an address that is none': ['citizen', withWrongAddress],
  'the link that stops letters': ['anyone', at('/cabinet/mail/stop?by=0')],
  'the cabinet: sessions': ['citizen', at('/cabinet/sessions')],
  'the cabinet: my acts in the audit log': ['citizen', at('/cabinet/record')],
  'the audit log': ['anyone', at('/audit')],
  'in whose name to act': ['representative', at('/cabinet/acting-for')],
  'a paragraph, for an organisation': ['representative', at(PARAGRAPH)],
  'why it is allowed or not': ['administrator', at(({ collecting }) => `/administration/access?${new URLSearchParams({ action: 'petitions/recall', resource: collecting })}`)],
  'what the technical administrator has to know': ['administrator', at('/administration/security')],
  'who has which role': ['administrator', at('/administration/roles')],
  'a role with errors': ['administrator', withRoleErrors],
  'a role to be taken': ['administrator', withRoleToBeTaken],
  'the lawful block of a person': ['administrator', withBlockedPerson],
  'a block with errors': ['administrator', withBlockErrors],
  'the preferences': ['anyone', at('/preferences')],
  'the search': ['anyone', at(`/search?${new URLSearchParams({ q: 'відділення пошти' })}`)],
  'a page that does not exist': ['anyone', at('/no-such-page')],
}

/** The pages that stand for the others where all of them would take too long. */
export const CHOSEN = ['the first page', 'a petition', 'a form with errors']

/** The form of the address, sent with what is no address. */
async function withWrongAddress(page) {
  await page.goto('/cabinet/mail')
  await page.getByRole('textbox').first().fill('citizen')
  await page.locator('form[action="/cabinet/mail/address"] button').click()
  return page.waitForSelector('.govuk-error-message')
}

/** The form with which an official refuses a petition, sent with nothing in it. */
async function withErrors(page, { pending }) {
  await page.goto(`/petitions/${pending}/refuse`)
  await page.locator('button[name="_go"][value="submit"]').click()
  return page.waitForSelector('.govuk-error-summary')
}

/** The form of a block, sent with nothing in it. */
async function withBlockErrors(page) {
  await page.goto('/administration/security')
  await page.locator('form[action="/administration/security/block"] button').click()
  return page.waitForSelector('.govuk-error-summary')
}

/** The form that gives a role, sent with nothing in it. */
async function withRoleErrors(page) {
  await page.goto('/administration/roles')
  await page.locator('form[action="/administration/roles/change"] button').click()
  return page.waitForSelector('.govuk-error-summary')
}

/** The page on which the first of those whose role can be taken loses it. */
async function withRoleToBeTaken(page) {
  await page.goto('/administration/roles')
  await page.locator('a[href^="/administration/roles/revoke"]').first().click()
  return page.locator('form[action^="/administration/roles/"] button').waitFor()
}

/** The page of lawful blocks, asked about somebody who is not there. */
async function withBlockedPerson(page) {
  await page.goto('/administration/persons?person=0198f000-0000-7000-8000-00000000dead')
  return page.locator('#lawful_person').waitFor()
}

/** Opens a page as whoever looks at it. Pages looked at in the same way share a context and what it has loaded. */
export async function look(site, name, options = {}) {
  const [who, reach] = PAGES[name]
  const key = JSON.stringify([who, options])
  const made = () => visitor(site.browser, site.platform, { storageState: site.states[who], ...options })
  site.contexts[key] ??= made()
  const page = await watchedPage(await site.contexts[key])
  await reach(page, site.numbers)
  await page.evaluate(() => document.fonts.ready.then(() => true))
  return page
}

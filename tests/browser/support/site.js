// A platform with something in it, people signed in, and the pages that are looked at from all sides.
import { launch, visitor } from './browser.js'
import { people, signIn } from './people.js'
import { answers, fill, next, publish, refuse, send, sign } from './petitions.js'
import { Platform } from './platform.js'

/** The consultation on the regulation, among the module's sample content, and one of its paragraphs. */
const REGULATION = '/consultations/vzaemodiia'
const PARAGRAPH = `${REGULATION}/paragraphs/p-10-3`
/** A consultation that is over, with its report. */
const REPORT = '/consultations/meetings/report'

/** Who looks at a page. */
export const VISITORS = ['anyone', 'citizen', 'applicant', 'official']

/**
 * Starts platform and browser and fills the platform by way of its pages.
 * @returns platform, browser, `states` (the cookies of each of VISITORS) and `numbers` of petitions
 */
export async function open() {
  const platform = await Platform.start()
  let browser
  try {
    browser = await launch()
    return { platform, browser, ...(await furnish(browser, platform)) }
  } catch (error) {
    await browser?.close()
    await platform.stop()
    throw new Error(`${error.stack}\nThe platform's log:\n${platform.log}`)
  }
}

/** Ends what [open] began. */
export async function close(site) {
  await site?.browser.close()
  await site?.platform.stop()
}

async function furnish(browser, platform) {
  const contexts = {}
  const pages = {}
  const persons = { citizen: people.taras, applicant: people.olena, official: people.official }
  for (const [who, person] of Object.entries(persons)) {
    contexts[who] = await visitor(browser, platform)
    pages[who] = await contexts[who].newPage()
    await signIn(pages[who], person)
  }
  const { citizen, applicant, official } = pages
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

  const states = { anyone: { cookies: [], origins: [] } }
  for (const who of Object.keys(persons)) {
    states[who] = await contexts[who].storageState()
    await contexts[who].close()
  }
  return { states, numbers }
}

const at = (path) => (page) => page.goto(path)

/** The pages, each with who looks at it and how it is reached. */
export function pagesOf({ numbers }) {
  const petition = `/petitions/${numbers.collecting}`
  return {
    'the first page': ['anyone', at('/')],
    'the list of petitions': ['anyone', at('/petitions')],
    'a petition': ['anyone', at(petition)],
    'a petition that one has signed': ['applicant', at(petition)],
    'a refused petition': ['anyone', at(`/petitions/${numbers.refused}`)],
    'all signatures': ['anyone', at(`${petition}/signatories`)],
    'the first step of a form': ['official', at('/petitions/new')],
    'a form with errors': ['official', withErrors],
    'the answers before they are sent': ['applicant', at('/petitions/new?step=check')],
    'the desk': ['official', at('/petitions/desk')],
    'a petition that is checked': ['official', at(`/petitions/${numbers.pending}/checking`)],
    'the list of consultations': ['anyone', at('/consultations')],
    'a consultation': ['anyone', at(REGULATION)],
    'a paragraph': ['citizen', at(PARAGRAPH)],
    'a report': ['anyone', at(REPORT)],
    'the desk of consultations': ['official', at('/consultations/desk')],
    'the ways to sign in': ['anyone', at('/sign-in')],
    'the page of the development provider': ['anyone', at('/sign-in/begin/development')],
    'the cabinet: cases': ['citizen', at('/cabinet')],
    'the cabinet: a case': ['citizen', at(`/cabinet/cases/petitions/${numbers.collecting}`)],
    'the cabinet: drafts': ['citizen', at('/cabinet/drafts')],
    'the cabinet: notices': ['citizen', at('/cabinet/notices')],
    'the cabinet: sessions': ['citizen', at('/cabinet/sessions')],
    preferences: ['anyone', at('/preferences')],
    search: ['anyone', at(`/search?${new URLSearchParams({ q: 'відділення пошти' })}`)],
    'a page that does not exist': ['anyone', at('/no-such-page')],
  }
}

/** Sends the refusal of a petition with nothing in it; nothing is kept of that. */
export async function withErrors(page) {
  await page.goto('/petitions/new')
  await page.getByRole('textbox').fill('')
  await page.locator('button[name="_go"][value="next"]').click()
  return page.waitForSelector('.govuk-error-summary')
}

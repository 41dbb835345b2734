// What axe-core finds against a page.
import { AxeBuilder } from '@axe-core/playwright'

const OPTIONS = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
}

/** What is found against a page, to be read; empty if there is nothing. */
export async function violations(page) {
  // There are no frames here that would need more than the one page.
  const found = await new AxeBuilder({ page }).options(OPTIONS).setLegacyMode().analyze()
  const lines = found.violations.flatMap(({ id, help, nodes }) => [
    `${id}: ${help}`,
    ...nodes.slice(0, 3).map(({ target, any }) => `    ${target.join(' ')} ${any[0]?.message ?? ''}`),
  ])
  return lines.map((line) => `\n  ${line}`).join('')
}

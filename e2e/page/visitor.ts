import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { workspaceRoot } from '@iot/local-stack';
import type { Browser, BrowserContext, Page } from 'playwright-core';

const PICTURES = join(workspaceRoot(), 'test-results', 'page');
export const THEMES = ['light', 'dark'] as const;

/** Somebody in front of a browser, and what went wrong there. */
export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Faults of scripts, and what the policy of the page forbade. */
  readonly faults: string[];
}

/** Opens a browser window of its own, without cookies. */
export async function visit(browser: Browser, base: string): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: base,
    viewport: { width: 1360, height: 860 },
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Warning:/.test(message.text())) faults.push(message.text());
  });
  return { context, page, faults };
}

/** What axe finds wrong with what is shown. @param only these rules; all where there are none */
export async function axeFindings(page: Page, ...only: string[]): Promise<string[]> {
  // Style sheets are not made anew: the page's policy forbids what axe would do for it.
  const axe = new AxeBuilder({ page }).options({ preload: false });
  const { violations } = await (only.length > 0 ? axe.withRules(only) : axe).analyze();
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
  );
}

/** Writes a picture of what is shown, for a person to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  // What sticks to the top would stand in the middle of a picture of it all.
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

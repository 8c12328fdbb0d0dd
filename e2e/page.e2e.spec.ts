import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { freePorts, startService, workspaceRoot, type ServiceHandle } from '@iot/local-stack';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findChromium } from './page/chromium.js';
import { sendRecord } from './page/send-record.js';
import { axeFindings, picture, THEMES, visit, type Visitor } from './page/visitor.js';
import { startPlatform, type Platform } from './platform.js';

const executablePath = findChromium();
const SCRIPT = '<script>document.title="taken"</script>';
const PASSWORD = 'a long enough password';
/** The first page may need so much JavaScript, compressed, bytes. */
const MOST_BYTES = 150_000;

(executablePath ? describe : describe.skip)('the page in a browser', () => {
  let platform: Platform;
  let browser: Browser;
  let base: string;
  let visitor: Visitor;
  let page: Page;
  beforeAll(async () => {
    [platform, browser] = await Promise.all([
      startPlatform({}, { inMemory: true }),
      chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] }),
    ]);
    base = platform.services['dashboard-api'].url;
    visitor = await visit(browser, base);
    page = visitor.page;
    page.setDefaultTimeout(15_000);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
  }, 60_000);
  afterEach(() => expect(visitor.faults.splice(0)).toEqual([]));

  const shown = (text: string | RegExp): Promise<void> =>
    page.getByText(text).first().waitFor({ state: 'visible' });
  const live = (): Promise<void> =>
    page.locator('.live-mark.live').waitFor({ state: 'visible', timeout: 30_000 });
  const send = async (readings: object[]): Promise<void> => {
    const answer = await fetch(`${platform.services['ingestion-api'].url}/ingest/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(readings),
    });
    expect(answer.status).toBe(202);
  };

  it('says what to do while nothing has reported', async () => {
    await page.goto('/');
    await shown('No device has reported yet');
    await page.goto('/ui/alerts');
    await shown('No alert is active');
    await page.goto('/ui/devices/nobody');
    await shown('No such device has reported');
  });

  it('needs little to begin with, and is soon there', async () => {
    const before = await visit(browser, base);
    let bytes = 0;
    before.page.on('response', (response) => {
      if (response.url().endsWith('.js'))
        bytes += Number(response.headers()['content-length'] ?? NaN);
    });
    await before.page.goto('/');
    await before.page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
    await before.context.close();
  });

  it('shows what was sent a moment ago, without being loaded again', async () => {
    await page.goto('/');
    await live();
    const now = Date.now();
    const past = Array.from({ length: 120 }, (_, i) => ({
      device_id: `press-${i % 4}`,
      ts: now - (120 - i) * 30_000,
      temperature_c: 21 + Math.sin(i / 9) * 3,
      humidity: 45 + (i % 7),
    }));
    await send([...past, { device_id: 'press-1', temperature_c: 71.25, humidity: 44 }]);
    await shown(/1 critical alert/);
    await page.goto('/ui/devices/press-1');
    await shown('71.25');
    await live();
    await send([{ device_id: 'press-1', temperature_c: 72.5, humidity: 44 }]);
    await shown('72.5');
    const wrong = { device_id: 'press-1', humidity: SCRIPT };
    await sendRecord(platform.env, 'press-1', JSON.stringify(wrong));
  });

  it('shows readings one by one, with what else the device sent', async () => {
    const attributes = { signal: -67, note: SCRIPT, more: 'x'.repeat(3000) };
    await send([{ device_id: 'press-3', temperature_c: 22.25, attributes }]);
    await page.goto('/ui/devices/press-3');
    await shown('22.25');
    await page.getByRole('region', { name: 'Readings' }).getByRole('button').first().click();
    const table = page.getByRole('table', { name: 'Readings' });
    await table.getByRole('columnheader', { name: 'Attributes' }).waitFor();
    const cell = table.getByText('signal: -67');
    expect((await cell.textContent())!.length).toBeLessThanOrEqual(120);
    expect(await cell.textContent()).toContain(`note: ${SCRIPT}`);
    await picture(page, 'readings');
    expect(await axeFindings(page)).toEqual([]);
  });

  it('finds lines of logs, follows new ones, and comes there from a device', async () => {
    const line = (id: string, body: string) => ({
      ...{ _id: `probe/${id}` as never, timestamp: new Date(), stored_at: new Date() },
      ...{ service: 'probe', level: 'warn', severity_number: 13, severe: true },
      ...{ body, attributes: '{}' },
    });
    const logs = platform.db.collection('logs');
    await logs.insertOne({ ...line('press', 'it is oiled'), device_id: 'press-1' });
    await page.goto('/ui/devices/press-1');
    await page.getByRole('link', { name: 'Logs of this device' }).click();
    await page.waitForURL(/\/ui\/logs\?device=press-1/);
    await shown('it is oiled');
    await page.goto('/ui/logs?device=press-0');
    await shown('There are no such lines');
    await page.goto('/ui/logs?service=aggregator-worker&text=listening');
    await page.getByText('listening').first().click();
    await shown(/"address": "http/);
    await page.goto('/ui/logs?service=probe');
    await shown('it is oiled');
    await page.getByLabel('Follow').check();
    await logs.insertOne(line('0', `one ${SCRIPT}`));
    await shown(`one ${SCRIPT}`);
  });

  const views = [
    ['overview', '/', 'Newest alerts'],
    ['devices', '/ui/devices', 'press-1'],
    ['device', '/ui/devices/press-1', 'made of minutes'],
    ['alerts', '/ui/alerts?status=all', 'press-1'],
    ['rules', '/ui/rules', 'Nothing is muted'],
    ['rule', '/ui/rules/new', 'Try it on the past'],
    ['telling', '/ui/rules/telling', 'Nobody is told of alerts'],
    ['logic', '/ui/logic', 'No machine has a program'],
    ['platform', '/ui/platform', 'aggregator-worker'],
    ['logs', '/ui/logs', 'listening'],
    ['dead-letters', '/ui/platform/dead-letters', 'invalid_reading'],
  ] as const;
  it.each(views)('%s can be read by everybody, in both themes', async (name, path, text) => {
    await page.emulateMedia({ colorScheme: THEMES[0], reducedMotion: 'reduce' });
    await page.goto(path);
    await shown(text);
    await live();
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await picture(page, `${name}-${colorScheme}`);
      // The other theme has other colours, and nothing else.
      const rules = colorScheme === THEMES[0] ? [] : ['color-contrast'];
      expect([name, colorScheme, await axeFindings(page, ...rules)]).toEqual([
        name,
        colorScheme,
        [],
      ]);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    if (name === 'overview' && process.env['UPDATE_PICTURES'])
      await page.screenshot({ path: join(workspaceRoot(), 'docs', 'overview.png') });
  });

  it('fits a phone: nothing has to be moved sideways', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    for (const [name, path, text] of views) {
      await page.goto(path);
      await shown(text);
      const wide = await page.evaluate('document.documentElement.scrollWidth');
      expect([name, wide]).toEqual([name, 390]);
      await picture(page, `${name}-phone`);
    }
    await page.setViewportSize({ width: 1360, height: 860 });
  });

  it('has every view in the address, and the way back', async () => {
    await page.goto('/ui/devices');
    await page.getByLabel('Id begins with').fill('press-2');
    await page.waitForURL(/q=press-2/);
    await page.getByRole('link', { name: 'press-2' }).click();
    await page.getByRole('button', { name: '15 min' }).click();
    await page.waitForURL(/devices\/press-2\?last=900000/);
    await page.goBack();
    await page.goBack();
    await page.waitForURL(/devices\?q=press-2/);
    expect(await page.getByLabel('Id begins with').inputValue()).toBe('press-2');
  });

  it('makes a rule, told what is wrong with it, and after a look at what it would have done', async () => {
    await page.goto('/ui/rules');
    await page.getByRole('link', { name: 'New rule' }).click();
    await page.getByLabel('Name').fill('Hot Press');
    await shown(/1–64 of a–z/);
    expect(await page.getByRole('button', { name: 'Try', exact: true }).isDisabled()).toBe(true);
    await page.getByLabel('Name').fill('warm-press');
    await page.getByLabel('Devices').fill('press-*');
    await page.getByLabel('Sensor').selectOption('temperature_c');
    await page.getByLabel('Bound').fill('23.5');
    await page.getByLabel('Clear at').fill('30');
    await shown('It is the bound or below it');
    await page.getByLabel('Clear at').fill('23');
    await shown(/temperature of a device whose id begins with press- is above 23.5/);
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    await shown(/^[1-9]\d* alerts in 12\d readings of 4 devices\.$/);
    await page.locator('.chart-plot canvas').waitFor();
    await picture(page, 'rule-tried');
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'warm-press' }).click();
    await page.getByLabel('Bound').fill('24');
    await page.getByLabel('Clear at').fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await shown(/above 24\./);
    const rule = await platform.db
      .collection('alert_rules')
      .findOne({ _id: 'warm-press' as never });
    expect(rule).toMatchObject({ version: 2, rule: { condition: { kind: 'above', bound: 24 } } });
  });

  it('acknowledges with a note, once for two who do it', async () => {
    await page.goto('/ui/alerts');
    const other = await visit(browser, base);
    await other.page.goto('/ui/alerts');
    for (const one of [page, other.page]) {
      await one.getByRole('checkbox', { name: /72.5|71.25/ }).check();
      await one.getByLabel('Note').fill('the press is hot');
    }
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await shown('1 acknowledged.');
    await other.page.getByRole('button', { name: 'Acknowledge' }).click();
    await other.page.getByText(/1 acknowledged|1 changed before/).waitFor();
    await other.context.close();
    const alert = await platform.db.collection('alerts').findOne({ device_id: 'press-1' });
    expect(alert!['acknowledgement']).toMatchObject({ note: 'the press is hot' });
    await page.goto('/ui/alerts?status=acknowledged');
    await page.getByRole('link', { name: /above/ }).click();
    await shown('the press is hot');
    await page.getByLabel('Note', { exact: true }).fill(SCRIPT);
    await page.getByRole('button', { name: 'Add the note' }).click();
    await page.locator('.said', { hasText: SCRIPT }).waitFor();
    await picture(page, 'alert');
    expect(await axeFindings(page)).toEqual([]);
  });

  it('shows what could not be handled as it came, and sends it back once asked twice', async () => {
    await page.goto('/ui/devices/press-1');
    await page.getByRole('link', { name: 'Its dead letters' }).click();
    await page
      .getByRole('link', { name: /^Show telemetry.dlq/ })
      .first()
      .click();
    await page.locator('.bytes', { hasText: '<script>document' }).waitFor();
    await picture(page, 'dead-letter');
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Logs around its failure' }).click();
    await page.waitForURL(/\/ui\/logs\?device=press-1&at=\d+$/);
    await page.getByText('record set aside').first().click();
    await shown(/"reason": "invalid_reading"/);
    await page.goBack();
    await page.locator('.bytes', { hasText: '<script>document' }).waitFor();
    const record = page.getByRole('region', { name: 'Send this one back' });
    await record.getByRole('button', { name: 'What if this one was sent back?' }).click();
    await record.getByText(/^1 would go to telemetry\.raw\./).waitFor();
    await record.getByRole('button', { name: 'Send 1 back' }).click();
    await record.getByText(/^1 went to telemetry\.raw\./).waitFor();
    expect(
      await platform.db.collection('audit').findOne({ action: 'dead_letters_redrive' }),
    ).toBeTruthy();
  });

  it('writes a program for a machine, tries it, and has it run', async () => {
    await page.goto('/ui/logic');
    await page.getByLabel('New program for').fill('press-2');
    await page.getByRole('button', { name: 'Write it' }).click();
    const editor = page.getByRole('textbox', { name: 'Program of press-2' });
    // As people do: what Playwright fills in is put there with styles inline.
    const write = async (text: string): Promise<void> => {
      await editor.click();
      await page.keyboard.press('Control+A');
      await page.keyboard.press('Delete');
      await page.keyboard.insertText(text);
    };
    await write('function process(data, state) { return state');
    await page.getByRole('button', { name: 'Save and run' }).click();
    await shown(/^Line 1, column \d+:/);
    await write(
      'function process(data, state) {\n  state.hot = data.temperature_c > 20;\n  return state;\n}',
    );
    await page.getByLabel('On', { exact: true }).selectOption('given');
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    await shown(/^1 readings, 0 failed, in \d+ ms\.$/);
    await page.getByRole('button', { name: 'Save and run' }).click();
    await shown(/version 1, by anonymous/);
    const state = page.getByRole('region', { name: 'State' });
    // It takes up to five seconds until the worker runs it.
    for (let i = 0; i < 30 && (await state.count()) === 0; i++) {
      await send([{ device_id: 'press-2', temperature_c: 22 }]);
      await page.waitForTimeout(400);
    }
    await state.getByText('"hot": true').waitFor();
    await write('function process(data, state) {\n  return state;\n}');
    await page.getByRole('button', { name: 'Compare version 1' }).click();
    await page.locator('.removed', { hasText: 'state.hot' }).waitFor();
    await picture(page, 'machine');
    expect(await axeFindings(page)).toEqual([]);
  });

  it('shows texts as texts, whatever they hold, and values of any size', async () => {
    await page.goto(`/ui/devices/${encodeURIComponent(SCRIPT)}`);
    await shown(/cannot be read|No such device/);
    expect(await page.title()).not.toBe('taken');
    const at = new Date();
    await platform.db.collection('devices').deleteOne({ _id: 'huge' as never });
    await platform.db.collection('devices').insertOne({
      _id: 'huge' as never,
      first_seen: at,
      last_seen: at,
      latest: Object.fromEntries(
        Array.from({ length: 50 }, (_, i) => [`s${i}`, { value: 1e308, ts: at }]),
      ),
      version: 1,
    });
    await platform.db.collection('alerts').insertOne({
      ...{ _id: 'huge|s0|above_max|1' as never, device_id: 'huge', sensor_type: 's0' },
      ...{ alert_type: 'above_max', severity: 'critical', status: 'active', value: 1e308 },
      ...{ message: SCRIPT + 'x'.repeat(10_000), threshold: 1, occurrences: 1, version: 1 },
      ...{ last_value: 1e308, timestamp: at, last_seen: at, created_at: at, resolved_at: null },
    });
    await page.goto('/ui/devices/huge');
    await shown('1.00e+308');
    expect(await page.locator('.latest-value').count()).toBe(50);
    await page.goto('/ui/alerts');
    await shown('<script>');
    expect(await page.title()).not.toBe('taken');
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    expect(wide).toBe(1360);
    await platform.db.collection('alerts').deleteOne({ _id: 'huge|s0|above_max|1' as never });
  });

  it('says that the API refuses, and reads again when asked to', async () => {
    await page.route('**/alerts/recent*', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: '{"status":503,"detail":"The database does not answer; try again in 2 s."}',
      }),
    );
    await page.goto('/ui/alerts?status=all');
    await page.getByRole('button', { name: 'Try again' }).waitFor({ timeout: 30_000 });
    await shown('The database does not answer; try again in 2 s.');
    await page.unroute('**/alerts/recent*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await shown('press-1');
  });

  it('says that it is cut off and how old it is, and goes on by itself', async () => {
    await page.goto('/');
    await live();
    const service = platform.services['dashboard-api'];
    await service.kill();
    await page.locator('.live-mark.offline').waitFor();
    await shown(/offline, \d+ s old/);
    await shown('Newest alerts');
    await service.process.start();
    await live();
  });

  describe('with log-in', () => {
    let service: ServiceHandle;
    beforeAll(async () => {
      const { privateKey } = generateKeyPairSync('ec', {
        namedCurve: 'P-256',
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
        publicKeyEncoding: { type: 'spki', format: 'pem' },
      });
      const [port] = await freePorts(1);
      service = await startService({
        name: 'dashboard-api',
        port: port!,
        env: {
          ...platform.env,
          AUTH: 'on',
          AUTH_SIGNING_KEY: privateKey,
          AUTH_ADMIN_PASSWORD: PASSWORD,
        },
      });
    }, 60_000);
    afterAll(() => service?.stop());

    const logIn = async (one: Page, name: string, password: string): Promise<void> => {
      await one.getByLabel('Name').fill(name);
      await one.getByLabel('Password').fill(password);
      await one.getByRole('button', { name: 'Log in' }).click();
    };

    it('asks who one is, and shows each role what it may do', async () => {
      const admin = await visit(browser, service.url);
      await admin.page.goto('/ui/alerts?status=all');
      await logIn(admin.page, 'admin', 'not the password at all');
      await admin.page.getByRole('alert').waitFor();
      expect(await axeFindings(admin.page)).toEqual([]);
      await picture(admin.page, 'log-in');
      await logIn(admin.page, 'admin', PASSWORD);
      await admin.page.getByRole('checkbox').first().waitFor();
      const made = await admin.page.evaluate(
        `fetch('/users', { method: 'POST', headers: { 'content-type': 'application/json',
          'x-csrf-token': /iot_csrf=([^;]*)/.exec(document.cookie)[1] },
          body: JSON.stringify({ name: 'vera', role: 'viewer', password: '${PASSWORD}' }) }).then((it) => it.status)`,
      );
      expect(made).toBe(201);
      await admin.page.getByRole('link', { name: 'Access' }).click();
      await admin.page.getByRole('button', { name: 'Block vera' }).waitFor();
      await picture(admin.page, 'access');
      expect(await axeFindings(admin.page)).toEqual([]);
      await admin.page.getByRole('button', { name: 'Log out' }).click();
      await admin.page.getByLabel('Password').waitFor();
      await logIn(admin.page, 'vera', PASSWORD);
      await admin.page.getByRole('button', { name: 'Log out' }).waitFor();
      await admin.page.goto('/ui/alerts?status=all');
      await admin.page.getByRole('link', { name: 'press-1' }).first().waitFor();
      expect(await admin.page.getByRole('checkbox').count()).toBe(0);
      expect(await admin.page.getByRole('link', { name: 'Access' }).count()).toBe(0);
      expect(admin.faults).toEqual([]);
      await admin.context.close();
    });

    it('lets an operator act, and loses nothing typed when the session ends', async () => {
      const one = await visit(browser, service.url);
      one.page.setDefaultTimeout(15_000);
      await one.page.goto('/ui/access');
      await logIn(one.page, 'admin', PASSWORD);
      await one.page.getByRole('button', { name: 'New user' }).click();
      const form = one.page.getByRole('form', { name: 'New user' });
      await form.getByLabel('Name').fill('Olga!');
      await form.getByLabel('Role').selectOption('operator');
      await form.getByRole('button', { name: 'Make the user' }).click();
      await form.locator('[aria-invalid="true"]').waitFor();
      expect(await axeFindings(one.page)).toEqual([]);
      await form.getByLabel('Name').fill('olga');
      await one.context.clearCookies();
      await form.getByRole('button', { name: 'Make the user' }).click();
      const dialog = one.page.getByRole('dialog', { name: 'Your session is over' });
      await dialog.getByLabel('Password').fill(PASSWORD);
      expect(await axeFindings(one.page)).toEqual([]);
      await picture(one.page, 'session-over');
      await dialog.getByRole('button', { name: 'Log in' }).click();
      await dialog.waitFor({ state: 'detached' });
      expect(await form.getByLabel('Name').inputValue()).toBe('olga');
      await form.getByRole('button', { name: 'Make the user' }).click();
      const secret = one.page.getByRole('region', { name: 'A secret that is shown once' });
      const password = await secret.locator('code').innerText();
      await secret.getByRole('button', { name: 'I have it' }).click();
      await one.page.getByRole('button', { name: 'Log out' }).click();
      await logIn(one.page, 'olga', password);
      await one.page.getByRole('link', { name: 'Rules' }).click();
      await one.page.getByRole('link', { name: 'New rule' }).waitFor();
      expect(await one.page.getByRole('link', { name: 'Access' }).count()).toBe(0);
      expect(one.faults).toEqual([]);
      await one.context.close();
    });
  });
});

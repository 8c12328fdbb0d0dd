import { askAsOneself } from '../api/session.js';
import type { LiveClock } from '../core/freshness.js';
import { NOTHING, told, type LiveMessage, type LiveState } from '../core/live-state.js';

/** Numbers that change more often cannot be read. */
const SHOW_EVERY_MS = 250;
/** A page that nobody sees gives its connection back: a browser has six for a server. */
const HIDDEN_MS = 10_000;
const RETRY_MS = 3000;
const EVENTS = ['snapshot', 'overview', 'alerts', 'device', 'beat'] as const;

/** The page's one stream from the server: what it told, and how long ago. */
export class LiveStream {
  private isOn = false;
  private source: EventSource | undefined;
  private device: string | undefined;
  private state: LiveState = NOTHING;
  private shown: LiveState = NOTHING;
  private clock: LiveClock = { heardAt: undefined, knownAt: undefined, cutOff: false };
  private readonly listeners = new Set<() => void>();
  private showing: ReturnType<typeof setTimeout> | undefined;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private hiding: ReturnType<typeof setTimeout> | undefined;

  private readonly online = (): void => this.connect();
  private readonly offline = (): void => this.cutOff(true);
  private readonly visibility = (): void => this.onVisibility();

  /** Opens the stream, and keeps it open until it is stopped. */
  start(): void {
    if (this.isOn) return;
    this.isOn = true;
    window.addEventListener('online', this.online);
    window.addEventListener('offline', this.offline);
    document.addEventListener('visibilitychange', this.visibility);
    this.connect();
  }

  /** Nobody is logged in: there is nothing to show. */
  stop(): void {
    this.isOn = false;
    window.removeEventListener('online', this.online);
    window.removeEventListener('offline', this.offline);
    document.removeEventListener('visibilitychange', this.visibility);
    clearTimeout(this.waiting);
    this.source?.close();
    this.source = undefined;
    this.state = NOTHING;
    this.show();
  }

  /** Watches the changes of this device too; undefined: of none. */
  watch(device: string | undefined): void {
    if (device === this.device) return;
    this.device = device;
    this.state = { ...this.state, device: undefined };
    this.connect();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly current = (): LiveState => this.shown;
  readonly currentClock = (): LiveClock => this.clock;

  private connect(): void {
    if (!this.isOn) return;
    clearTimeout(this.waiting);
    this.source?.close();
    const of = this.device === undefined ? '' : `?device_id=${encodeURIComponent(this.device)}`;
    const source = (this.source = new EventSource(`/live${of}`));
    for (const event of EVENTS)
      source.addEventListener(event, ({ data }: MessageEvent<string>) => {
        if (source === this.source) this.hear({ event, data: JSON.parse(data) } as LiveMessage);
      });
    source.onerror = () => {
      if (source !== this.source) return;
      this.cutOff(true);
      // After an answer that is no stream, a browser gives up.
      if (source.readyState === EventSource.CLOSED)
        this.waiting = setTimeout(() => void this.again(), RETRY_MS * (0.5 + Math.random()));
    };
  }

  /** What was refused may have been so as the session needs to be renewed. */
  private async again(): Promise<void> {
    await askAsOneself('/auth/me', {}).catch(() => undefined);
    this.connect();
  }

  private hear(message: LiveMessage): void {
    const now = Date.now();
    this.state = told(this.state, message);
    const { event, data } = message;
    const known =
      event === 'snapshot'
        ? now - Math.max(0, Date.parse(data.at) - Date.parse(data.overview.at))
        : event === 'overview'
          ? now
          : this.clock.knownAt;
    this.clock = { heardAt: now, knownAt: known, cutOff: false };
    this.show();
  }

  private cutOff(cutOff: boolean): void {
    this.clock = { ...this.clock, cutOff };
    this.show();
  }

  private show(): void {
    this.showing ??= setTimeout(() => {
      this.showing = undefined;
      this.shown = this.state;
      for (const listener of this.listeners) listener();
    }, SHOW_EVERY_MS);
  }

  private onVisibility(): void {
    clearTimeout(this.hiding);
    if (document.hidden)
      this.hiding = setTimeout(() => {
        clearTimeout(this.waiting);
        this.source?.close();
        this.source = undefined;
      }, HIDDEN_MS);
    else if (!this.source || this.source.readyState === EventSource.CLOSED) this.connect();
  }
}

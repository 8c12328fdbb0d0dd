import { Link, Outlet } from '@tanstack/react-router';
import { useEffect } from 'react';
import { stream, useLive, useRefetchAfterGap } from '../live/use-live.js';
import { Choices } from './choices.js';
import { Icon, type IconName } from './icons.js';
import { Loading } from '../parts/states.js';
import { LiveMark } from './live-mark.js';
import { LogIn, LogInAgain } from './log-in.js';
import { useMay, useSession, WhoAmI } from './session.js';

interface View {
  readonly to:
    | '/ui'
    | '/ui/devices'
    | '/ui/alerts'
    | '/ui/rules'
    | '/ui/logic'
    | '/ui/platform'
    | '/ui/logs'
    | '/ui/access';
  /** Shown to these, and to who may do more; absent: to all. */
  readonly least?: 'operator' | 'admin';
  readonly name: string;
  readonly icon: IconName;
}
const VIEWS: readonly View[] = [
  { to: '/ui', name: 'Overview', icon: 'overview' },
  { to: '/ui/devices', name: 'Devices', icon: 'devices' },
  { to: '/ui/alerts', name: 'Alerts', icon: 'alerts' },
  { to: '/ui/rules', name: 'Rules', icon: 'rules' },
  { to: '/ui/logic', name: 'Logic', icon: 'logic' },
  { to: '/ui/platform', name: 'Platform', icon: 'platform' },
  { to: '/ui/logs', name: 'Logs', icon: 'logs', least: 'operator' },
  { to: '/ui/access', name: 'Access', icon: 'access', least: 'admin' },
];

/** What is around every view: where one can go, and how old what is shown is. */
export function Shell() {
  useRefetchAfterGap();
  const may = { operator: useMay('operator'), admin: useMay('admin') };
  return (
    <div className="shell">
      <a className="skip" href="#view">
        Skip to the content
      </a>
      <header className="bar">
        <Link to="/ui" className="brand" aria-label="IoT telemetry">
          <img src="/favicon.svg" alt="" width="22" height="22" />{' '}
          <span className="brand-name">IoT telemetry</span>
        </Link>
        <LiveMark />
        <WhoAmI />
        <Choices />
      </header>
      <nav className="views" aria-label="Views">
        {VIEWS.filter(({ least }) => !least || may[least]).map(({ to, name, icon }) => (
          <Link key={to} to={to} activeOptions={{ exact: to === '/ui' }} className="view-link">
            <Icon name={icon} />
            <span>{name}</span>
            {name === 'Alerts' && <AlertCount />}
          </Link>
        ))}
        <a className="view-link quiet" href="/docs">
          <span>API</span>
        </a>
      </nav>
      <main id="view" tabIndex={-1}>
        <View />
      </main>
    </div>
  );
}

/** The view, for those who may see it. */
function View() {
  const { ways, me, isOver, error } = useSession();
  useEffect(() => {
    if (me && !isOver) stream.start();
    else if (me === null || isOver) stream.stop();
  }, [me, isOver]);
  if (me === null && ways) return <LogIn oidc={ways.oidc} />;
  // What troubles the question who one is troubles the view too, which says so itself.
  if (!me && !error) return <Loading what="the page" />;
  return (
    <>
      <Outlet />
      {me && isOver && <LogInAgain oidc={ways?.oidc ?? null} before={me} />}
    </>
  );
}

function AlertCount() {
  const counts = useLive((state) => state.overview?.alerts);
  const total = (counts?.critical ?? 0) + (counts?.warning ?? 0);
  if (!counts || total === 0) return null;
  return (
    <span className={`pill ${counts.critical > 0 ? 'critical' : 'warning'}`}>
      {total > 999 ? '999+' : total}
      <span className="unseen"> active</span>
    </span>
  );
}

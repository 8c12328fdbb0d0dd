import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { alertsSearch } from './pages/alerts/search.js';
import { deadLettersSearch } from './pages/dead-letters/search.js';
import { deviceSearch } from './pages/device/search.js';
import { devicesSearch } from './pages/devices/search.js';
import { logsSearch } from './pages/logs/search.js';
import { logicSearch } from './pages/logic/search.js';
import { OverviewPage } from './pages/overview/overview-page.js';
import { NotFound } from './shell/not-found.js';
import { Shell } from './shell/shell.js';
import { Broken } from './shell/broken.js';

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: Broken,
});
const at = <P extends string>(path: P) => ({ getParentRoute: () => root, path }) as const;

const routes = [
  createRoute({
    ...at('/'),
    beforeLoad: () => {
      // An Ingress leads to /ui, and need not to /.
      throw redirect({ to: '/ui', replace: true });
    },
  }),
  createRoute({ ...at('/ui'), component: OverviewPage }),
  createRoute({
    ...at('/ui/devices'),
    validateSearch: devicesSearch,
    component: lazyRouteComponent(() => import('./pages/devices/devices-page.js'), 'DevicesPage'),
  }),
  createRoute({
    ...at('/ui/devices/$id'),
    validateSearch: deviceSearch,
    component: lazyRouteComponent(() => import('./pages/device/device-page.js'), 'DevicePage'),
  }),
  createRoute({
    ...at('/ui/alerts'),
    validateSearch: alertsSearch,
    component: lazyRouteComponent(() => import('./pages/alerts/alerts-page.js'), 'AlertsPage'),
  }),
  createRoute({
    ...at('/ui/alerts/$id'),
    component: lazyRouteComponent(() => import('./pages/alerts/alert-page.js'), 'AlertPage'),
  }),
  createRoute({
    ...at('/ui/rules'),
    component: lazyRouteComponent(() => import('./pages/rules/rules-page.js'), 'RulesPage'),
  }),
  createRoute({
    ...at('/ui/rules/new'),
    component: lazyRouteComponent(() => import('./pages/rules/rule-form-page.js'), 'NewRulePage'),
  }),
  createRoute({
    ...at('/ui/rules/edit/$name'),
    component: lazyRouteComponent(() => import('./pages/rules/rule-form-page.js'), 'EditRulePage'),
  }),
  createRoute({
    ...at('/ui/rules/telling'),
    component: lazyRouteComponent(() => import('./pages/telling/telling-page.js'), 'TellingPage'),
  }),
  createRoute({
    ...at('/ui/logs'),
    validateSearch: logsSearch,
    component: lazyRouteComponent(() => import('./pages/logs/logs-page.js'), 'LogsPage'),
  }),
  createRoute({
    ...at('/ui/logic'),
    validateSearch: logicSearch,
    component: lazyRouteComponent(() => import('./pages/logic/logic-page.js'), 'LogicPage'),
  }),
  createRoute({
    ...at('/ui/logic/$id'),
    component: lazyRouteComponent(() => import('./pages/logic/machine-page.js'), 'MachinePage'),
  }),
  createRoute({
    ...at('/ui/access'),
    component: lazyRouteComponent(() => import('./pages/access/access-page.js'), 'AccessPage'),
  }),
  createRoute({
    ...at('/ui/platform'),
    component: lazyRouteComponent(
      () => import('./pages/platform/platform-page.js'),
      'PlatformPage',
    ),
  }),
  createRoute({
    ...at('/ui/platform/dead-letters'),
    validateSearch: deadLettersSearch,
    component: lazyRouteComponent(
      () => import('./pages/dead-letters/dead-letters-page.js'),
      'DeadLettersPage',
    ),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

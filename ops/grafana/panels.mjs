/**
 * The parts that Grafana dashboards are made of here. Queries are written with `$of`, which stands
 * for the namespaces that the viewer chose.
 */

const WIDTH = 24;
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

const targets = (queries) =>
  Object.entries(queries).map(([legendFormat, expr], i) => ({
    refId: String.fromCharCode(65 + i),
    datasource: DATASOURCE,
    expr: expr.replaceAll('$of', 'namespace=~"$namespace"'),
    legendFormat,
  }));

const steps = (colors) => Object.entries(colors).map(([color, value]) => ({ color, value }));

/** A heading over the panels that follow. */
export const row = (title) => ({ type: 'row', title, collapsed: false, panels: [] });

/**
 * One number. Takes title, what it means, unit, query, and optionally the colours by the value from
 * which each counts (the first from null), decimals, and what is shown where there is no value.
 */
export const stat = (
  title,
  description,
  unit,
  expr,
  { colors = { green: null }, decimals, noValue = '0', graph = true } = {},
) => ({
  type: 'stat',
  title,
  description,
  datasource: DATASOURCE,
  size: { w: 4, h: 4 },
  fieldConfig: {
    defaults: {
      unit,
      ...(decimals !== undefined && { decimals }),
      noValue,
      thresholds: { mode: 'absolute', steps: steps(colors) },
    },
    overrides: [],
  },
  options: {
    colorMode: 'value',
    graphMode: graph ? 'area' : 'none',
    textMode: 'auto',
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
  },
  targets: targets({ '': expr }),
});

/**
 * Lines over time: queries by their legend. `stacked` puts one on the other, `limit` draws a red
 * line at a value.
 */
export const lines = (
  title,
  unit,
  queries,
  { description, stacked = false, limit, w = 8 } = {},
) => ({
  type: 'timeseries',
  title,
  ...(description && { description }),
  datasource: DATASOURCE,
  size: { w, h: 8 },
  fieldConfig: {
    defaults: {
      unit,
      min: 0,
      custom: {
        lineWidth: 1,
        fillOpacity: stacked ? 25 : 8,
        showPoints: 'never',
        ...(stacked && { stacking: { mode: 'normal', group: 'A' } }),
        ...(limit !== undefined && { thresholdsStyle: { mode: 'line' } }),
      },
      ...(limit !== undefined && {
        thresholds: { mode: 'absolute', steps: steps({ transparent: null, red: limit }) },
      }),
    },
    overrides: [],
  },
  options: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  targets: targets(queries),
});

/** A bar for each series of one query, the longest first. */
export const bars = (title, unit, legend, expr, { description, w = 8 } = {}) => ({
  type: 'bargauge',
  title,
  ...(description && { description }),
  datasource: DATASOURCE,
  size: { w, h: 8 },
  fieldConfig: {
    defaults: { unit, min: 0, thresholds: { mode: 'absolute', steps: steps({ blue: null }) } },
    overrides: [],
  },
  options: {
    displayMode: 'basic',
    orientation: 'horizontal',
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
  },
  targets: targets({ [legend]: expr }).map((target) => ({ ...target, instant: true })),
});

/**
 * Puts the panels side by side in the order given, and below where they do not fit. A row begins a
 * line of its own.
 */
function placed(panels) {
  let [x, y, height] = [0, 0, 0];
  return panels.map(({ size: { w, h } = { w: WIDTH, h: 1 }, ...panel }, i) => {
    if (x + w > WIDTH) [x, y, height] = [0, y + height, 0];
    const gridPos = { h, w, x, y };
    [x, height] = [x + w, Math.max(height, h)];
    return { id: i + 1, ...panel, gridPos };
  });
}

const variables = [
  {
    name: 'datasource',
    label: 'Data source',
    type: 'datasource',
    query: 'prometheus',
    refresh: 1,
    hide: 0,
  },
  {
    name: 'namespace',
    label: 'Namespace',
    description: 'Where there is no such label, such as outside Kubernetes, All is what there is.',
    type: 'query',
    datasource: DATASOURCE,
    query: { query: 'label_values(process_start_time_seconds, namespace)', refId: 'namespace' },
    refresh: 2,
    includeAll: true,
    multi: true,
    allValue: '.*',
    current: { text: ['All'], value: ['$__all'] },
    sort: 1,
    hide: 0,
  },
];

/** A dashboard; `name` is that of its file, and the end of its uid. */
export const dashboard = (name, title, description, panels, { from = 'now-1h' } = {}) => ({
  uid: `iot-telemetry-${name}`,
  title: `IoT telemetry: ${title}`,
  description,
  tags: ['iot-telemetry'],
  timezone: 'browser',
  schemaVersion: 41,
  version: 1,
  editable: true,
  graphTooltip: 1,
  refresh: '10s',
  time: { from, to: 'now' },
  timepicker: {},
  templating: { list: variables },
  annotations: {
    list: [
      {
        name: 'Alerts',
        datasource: DATASOURCE,
        enable: true,
        iconColor: 'red',
        expr: 'ALERTS{alertname=~"Iot.+", alertstate="firing", severity="critical", namespace=~"$namespace"}',
        titleFormat: '{{alertname}}',
        textFormat: '{{service}} {{namespace}}',
      },
    ],
  },
  links: [
    {
      type: 'dashboards',
      title: 'IoT telemetry',
      tags: ['iot-telemetry'],
      asDropdown: true,
      includeVars: true,
      keepTime: true,
    },
  ],
  panels: placed(panels),
});

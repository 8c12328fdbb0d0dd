import { parseCatalogue } from '@iot/telemetry';
import { ThresholdVariables } from './threshold-variables.js';

const SENSORS = parseCatalogue('[{"name":"co2","unit":"ppm","max":1000}]');
const variables = (env: NodeJS.ProcessEnv = {}) => new ThresholdVariables(SENSORS, env);

describe('ThresholdVariables', () => {
  it('takes those of the environment, and those of the ConfigMap over them', () => {
    const made = variables({
      TEMP_MAX_THRESHOLD: '40',
      VOLTAGE_MAX_THRESHOLD: '250',
      PATH: '/bin',
    });
    expect(made.fromEnvironment().get('temperature_c')).toMatchObject({ min: -10, max: 40 });
    const thresholds = made.fromConfigMap({
      TEMP_MAX_THRESHOLD: '60.5',
      ALERT_CRITICAL_MARGIN: '0',
    });
    expect(thresholds.get('temperature_c')).toMatchObject({
      min: -10,
      max: 60.5,
      criticalAbove: 60.5,
    });
    expect(thresholds.get('voltage')).toMatchObject({ max: 250 });
    expect(thresholds.get('co2')).toMatchObject({ max: 1000, criticalAbove: 1000 });
  });

  it('a variable that the ConfigMap had at the start and has no longer goes back to its default, one that the environment has alone does not', () => {
    const made = variables({ TEMP_MAX_THRESHOLD: '40', VOLTAGE_MAX_THRESHOLD: '250' });
    made.fromConfigMap({ TEMP_MAX_THRESHOLD: '40', HUMIDITY_MAX_THRESHOLD: '90' });
    const thresholds = made.fromConfigMap({});
    expect(thresholds.get('temperature_c')?.max).toBe(50);
    expect(thresholds.get('humidity')?.max).toBe(100);
    expect(thresholds.get('voltage')?.max).toBe(250);
  });

  it('has the same sensors at the same indexes whatever the values', () => {
    const made = variables();
    expect([...made.fromConfigMap({ TEMP_MIN_THRESHOLD: '-300' }).keys()]).toEqual([
      ...made.fromEnvironment().keys(),
    ]);
  });

  it.each([
    [{ TEMP_MAX_THRESHOLD: 'hot' }, 'TEMP_MAX_THRESHOLD is "hot"; allowed: a number'],
    [{ TEMP_MAX_THRESHOLD: 'Infinity' }, 'TEMP_MAX_THRESHOLD is "Infinity"; allowed: a number'],
    [
      { ALERT_CRITICAL_MARGIN: '-1' },
      'ALERT_CRITICAL_MARGIN is "-1"; allowed: a number from 0 to 1000',
    ],
    [
      { TEMP_MAX_THRESHOLD: '1e101' },
      'TEMP_MAX_THRESHOLD is 1e+101; allowed: a number from -1e100 to 1e100',
    ],
    [
      { TEMP_MIN_THRESHOLD: '60' },
      'TEMP_MIN_THRESHOLD is 60 and TEMP_MAX_THRESHOLD is 50; allowed: a minimum below the maximum',
    ],
    [
      { TEMP_MAX_TRESHOLD: '60' },
      'TEMP_MAX_TRESHOLD is no threshold; allowed: TEMP_MIN_THRESHOLD, ',
    ],
    [{ MONGO_URL: 'mongodb://x' }, 'MONGO_URL is no threshold'],
    [{ toString: '1' }, 'toString is no threshold'],
  ])('refuses %p', (data, message) => {
    expect(() => variables().fromConfigMap(data)).toThrow(message);
  });

  it('names everything that is wrong', () => {
    expect(() =>
      variables().fromConfigMap({ TEMP_MAX_THRESHOLD: 'x', HUMIDITY_MIN_THRESHOLD: 'y' }),
    ).toThrow(/TEMP_MAX[^]*HUMIDITY_MIN/);
  });
});

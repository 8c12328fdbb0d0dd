import type { Mongo } from '@iot/common/mongo';
import { alertFault, type AlertRules } from './alert-rules.js';
import type { Discrepancies } from './discrepancies.js';
import { inScope, type VerifyOptions } from './options.js';

export interface AlertCounts {
  compared: number;
  /** Alerts that records still to be handled go into. */
  unsettled: number;
  /** Alerts that began, or may have, before the log does. */
  beyondLog: number;
}

/** Compares every stored alert with the one that the readings raise, and the other way round. @param truncated whether the log has lost its start */
export async function checkAlerts(
  mongo: Mongo,
  rules: AlertRules,
  options: VerifyOptions,
  truncated: boolean,
  discrepancies: Discrepancies,
): Promise<AlertCounts> {
  const counts: AlertCounts = { compared: 0, unsettled: 0, beyondLog: 0 };
  const { expected } = rules;
  const cursor = mongo.alerts.find(options.device === undefined ? {} : { device_id: options.device }, { batchSize: 5000 });
  for await (const alert of cursor) {
    const { _id: id, device_id: device, sensor_type: sensor, alert_type: kind } = alert;
    const openedAt = alert.timestamp.getTime();
    const should = expected.get(id);
    expected.delete(id);
    if (!inScope(options, device, openedAt)) continue;
    if (rules.isBeforeLog(device, sensor, kind, openedAt, truncated)) counts.beyondLog++;
    else if (should && alertFault(alert, should) === undefined) counts.compared++;
    else if (rules.isUnsettled(device, sensor)) counts.unsettled++;
    else if (should) discrepancies.add('wrong_alert', id, alertFault(alert, should)!);
    else discrepancies.add('extra_alert', id, `${alert.status}, value ${alert.value}, bound ${alert.threshold}: no reading raises it`);
  }
  for (const [id, should] of expected) {
    const { device, sensor, kind, openedAt, value, threshold } = should;
    if (!inScope(options, device, openedAt)) continue;
    if (rules.isBeforeLog(device, sensor, kind, openedAt, truncated)) counts.beyondLog++;
    else if (rules.isUnsettled(device, sensor)) counts.unsettled++;
    else discrepancies.add('missing_alert', id, `${value} passes the bound of ${threshold}, and there is no alert`);
  }
  return counts;
}

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { change } from '../../api/change.js';
import { addressOf, ApiError, read } from '../../api/client.js';
import { sensorsQuery } from '../../api/queries.js';
import type { RuleWithVersions } from '../../api/schema.js';
import { checkRule } from '../../core/check-rule.js';
import { NEW_RULE, ruleFields, valuesOfRule } from '../../core/rule-form.js';
import { ruleInWords } from '../../core/rule-words.js';
import { ActButton } from '../../parts/act-button.js';
import { Form } from '../../parts/form.js';
import { Refused } from '../../parts/refused.js';
import { Empty, Failed, Loading } from '../../parts/states.js';
import { useMay } from '../../shell/session.js';
import { BackTest } from './back-test.js';

const route = getRouteApi('/ui/rules/edit/$name');

/** A rule that is not there yet. */
export const NewRulePage = () => (
  <ForOperators title="New rule">
    <RuleForm />
  </ForOperators>
);

/** A rule that is there. */
export function EditRulePage() {
  const { name } = route.useParams();
  // It is read once: a change by somebody else must not take away what is being typed.
  const rule = useQuery({
    queryKey: ['alert-rule', name],
    queryFn: ({ signal }) => read('/alert-rules/{name}', {}, { id: name, signal }),
    staleTime: 0,
    gcTime: 0,
    refetchOnReconnect: false,
    retry: (failures, error) => failures < 3 && !(error instanceof ApiError && error.status > 0),
  });
  if (rule.isError && !rule.data)
    return <Failed what="The rule" error={rule.error} again={() => void rule.refetch()} />;
  if (!rule.data) return <Loading what="the rule" />;
  return (
    <ForOperators title={name}>
      {rule.data.origin === 'api' ? (
        <RuleForm key={name} served={rule.data} />
      ) : (
        <Empty title="This rule is kept elsewhere">
          <p>
            It is changed in <code>{rule.data.origin}</code> alone.
          </p>
        </Empty>
      )}
    </ForOperators>
  );
}

function ForOperators({ title, children }: { title: string; children: React.ReactNode }) {
  const mayAct = useMay('operator');
  const head = <title>{`${title} · Rules · IoT telemetry`}</title>;
  if (!mayAct) return <Empty title="This is for operators">{head}</Empty>;
  return (
    <div className="page">
      {head}
      <p>
        <Link to="/ui/rules">All rules</Link>
      </p>
      <h1>{title}</h1>
      {children}
    </div>
  );
}

function RuleForm({ served }: { served?: RuleWithVersions }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [first] = useState(served);
  const [refused, setRefused] = useState<string>();
  const sensors = useQuery(sensorsQuery);
  if (!sensors.data)
    return sensors.isError ? (
      <Failed what="The sensors" error={sensors.error} again={() => void sensors.refetch()} />
    ) : (
      <Loading what="the sensors" />
    );
  const names = sensors.data.data.map(({ name }) => name);
  const units = new Map(sensors.data.data.map(({ name, unit }) => [name, unit]));
  const version = first?.version;
  const back = async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: ['alert-rules'] });
    await navigate({ to: '/ui/rules' });
  };
  const save = async (body: object): Promise<void> => {
    if (first) await change('PUT', addressOf('/alert-rules/{name}', { version }, first.name), body);
    else await change('POST', '/alert-rules', body);
    await back();
  };
  const remove = (): void => {
    setRefused(undefined);
    change('DELETE', addressOf('/alert-rules/{name}', { version }, first!.name)).then(
      back,
      (error: unknown) => setRefused((error as Error).message),
    );
  };
  return (
    <>
      <Form
        title={first ? `Rule ${first.name}` : 'New rule'}
        start={first ? valuesOfRule(first.rule) : NEW_RULE}
        fields={(values) => ruleFields(values, names, !first)}
        check={(values) => checkRule(ruleFields(values, names, !first), values, names)}
        send={save}
        verb="Save"
        cancel={() => void navigate({ to: '/ui/rules' })}
      >
        {(values, body, isRight) => {
          const unit = units.get(String(values['selector.sensor'])) ?? '';
          return (
            <>
              <p className="words">{ruleInWords(values, unit)}</p>
              <BackTest rule={body} isRight={isRight} units={units} />
            </>
          );
        }}
      </Form>
      {first && (
        <div className="acts">
          <ActButton
            verb="Delete"
            to={first.name}
            sure="Its active alerts are resolved. Delete it?"
            act={remove}
          />
        </div>
      )}
      <Refused text={refused} />
    </>
  );
}

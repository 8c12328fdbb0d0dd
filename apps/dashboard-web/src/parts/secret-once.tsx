import './form.css';

/** A secret that was made: it is told this once. */
export interface Made {
  readonly what: string;
  readonly secret: string;
}

/** Shows it until it is put away. */
export function SecretOnce({ made, away }: { made: Made | undefined; away: () => void }) {
  if (!made) return null;
  const copy = (): void => void navigator.clipboard?.writeText(made.secret).catch(() => undefined);
  return (
    <section className="card made-secret" aria-label="A secret that is shown once">
      <p role="status">{made.what}: it is shown this once. Keep it where it belongs.</p>
      <code>{made.secret}</code>
      <div className="acts">
        {'clipboard' in navigator && (
          <button type="button" onClick={copy}>
            Copy
          </button>
        )}
        <button type="button" onClick={away}>
          I have it
        </button>
      </div>
    </section>
  );
}

/** What the API said of something that it did not do. */
export const Refused = ({ text }: { text: string | undefined }) =>
  text === undefined ? null : (
    <p className="refused" role="alert">
      {text}
    </p>
  );

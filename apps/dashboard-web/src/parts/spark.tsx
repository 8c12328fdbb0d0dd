import { sparkPath } from '../core/spark-path.js';

const [WIDTH, HEIGHT] = [240, 44];

/** The last minutes of a number, as a line without axes; the number itself stands beside it. */
export function Spark({
  points,
  about,
}: {
  points: readonly (readonly [number, number])[];
  about: string;
}) {
  const { line, area } = sparkPath(points, WIDTH, HEIGHT);
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={about}
    >
      <path className="spark-area" d={area} />
      <path className="spark-line" d={line} />
    </svg>
  );
}

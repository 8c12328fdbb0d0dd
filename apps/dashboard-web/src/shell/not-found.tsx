import { Link } from '@tanstack/react-router';
import { Empty } from '../parts/states.js';

/** For an address that no view has. */
export const NotFound = () => (
  <Empty title="There is no such page">
    <Link to="/ui">Go to the overview</Link>
  </Empty>
);

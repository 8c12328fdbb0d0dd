import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

/** Does things to rows of a list: what was refused is said, and the list is read again. */
export function useAct(listKey: string): {
  readonly refused: string | undefined;
  readonly act: (work: () => Promise<unknown>) => void;
} {
  const client = useQueryClient();
  const [refused, setRefused] = useState<string>();
  const act = (work: () => Promise<unknown>): void => {
    setRefused(undefined);
    work().then(
      () => client.invalidateQueries({ queryKey: [listKey] }),
      (error: unknown) => setRefused((error as Error).message),
    );
  };
  return { refused, act };
}

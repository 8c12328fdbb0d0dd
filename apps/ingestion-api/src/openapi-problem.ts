/** An answer that is a problem document. */
export const problemResponse = (description: string, example: object, headers?: object) => ({
  description,
  ...(headers && { headers }),
  content: {
    'application/problem+json': {
      schema: { $ref: '#/components/schemas/Problem' },
      example: { type: 'about:blank', ...example },
    },
  },
});

import type { ComponentChildren } from 'preact';

/** Terms with a figure each. */
export function FigureList({ rows }: { readonly rows: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="figures">
      {rows.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd class="figure">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

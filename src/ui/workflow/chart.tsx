import type { ReactNode } from "react";

/** A chart with its name, what its marks mean, and the same as a table for those who rather read. */
export function Chart({
  title,
  note,
  legend,
  columns,
  rows,
  children,
}: {
  title: string;
  /** What is counted, where that is not plain. */
  note?: ReactNode;
  legend?: ReactNode;
  columns: readonly string[];
  rows: readonly (readonly [key: string, ...cells: string[]])[];
  children: ReactNode;
}) {
  return (
    <figure className="chart">
      <figcaption>
        <h2>{title}</h2>
        {note !== undefined && <span className="muted">{note}</span>}
        {legend}
      </figcaption>
      {children}
      <details className="chart-table">
        <summary>{title} as a table</summary>
        <div className="chart-table-scroll" role="group" aria-label={title} tabIndex={0}>
          <table>
            <thead>
              <tr>
                {columns.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(([key, ...cells]) => (
                <tr key={key}>
                  <th scope="row">{key}</th>
                  {cells.map((cell, i) => (
                    <td key={columns[i + 1]}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

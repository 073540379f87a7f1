import uPlot from 'uplot';

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
/** The colour of the n-th stage, the same in cards, charts and legends. */
export const colour = (n) => `--s${n % 7}`;

/** Everything is seen: what is known lies below the top. */
const top = ([, ...series]) => Math.max(1, ...series.flat().filter((v) => v !== null && v !== undefined)) * 1.1;

/** A line chart in `host`. @returns a function that draws (times in seconds, name -> values, names of all stages) */
export const chart = (host, seconds) => {
  let plot = null;
  let drawn = '';
  const legend = document.querySelector(`.legend[data-for="${host.id}"]`);
  const axis = () => ({
    stroke: css('--soft'),
    grid: { stroke: css('--line'), width: 1 },
    ticks: { stroke: css('--line'), width: 1 },
  });
  const build = (names, data, stages) => {
    const paint = (name) => colour(stages.indexOf(name));
    plot?.destroy();
    plot = new uPlot(
      {
        width: host.clientWidth,
        height: 210,
        cursor: { show: false },
        legend: { show: false },
        scales: {
          x: { range: (_, __, max) => [max - seconds, max] },
          y: { range: (u) => [0, top(u.data)] },
        },
        axes: [
          {
            ...axis(),
            space: 80,
            values: (_, ticks) => ticks.map((t) => new Date(t * 1000).toISOString().slice(11, 19)),
          },
          axis(),
        ],
        series: [
          {},
          ...names.map((name) => ({
            label: name,
            stroke: css(paint(name)),
            width: 2,
            spanGaps: false,
            points: { show: false },
          })),
        ],
      },
      data,
      host,
    );
    legend.replaceChildren(
      ...names.map((name) => {
        const item = document.createElement('li');
        item.style.setProperty('--c', `var(${paint(name)})`);
        item.append(document.createElement('i'), name);
        return item;
      }),
    );
  };
  let again = () => {};
  new ResizeObserver(() => plot?.setSize({ width: host.clientWidth, height: 210 })).observe(host);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    drawn = '';
    again();
  });
  return (times, series, stages) => {
    const names = [...series.keys()];
    const data = [times, ...series.values()];
    again = () => {
      if (plot !== null && drawn === names.join()) plot.setData(data);
      else build(names, data, stages);
      drawn = names.join();
    };
    again();
  };
};

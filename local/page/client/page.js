// The page's own code: takes one LiveState a second by server-sent events and draws it.
import { chart } from './chart.js';
import { doors, rows, stages, streams, tabs, totals } from './draw.js';

const KEEP = 120; // seconds that the charts show
const $ = (id) => document.getElementById(id);

const history = { at: [], rate: new Map(), behind: new Map() };
let chosen = null; // the destination whose rows are shown; null: all
let last = null;

const remember = (state) => {
  history.at.push(state.at / 1000);
  if (history.at.length > KEEP) history.at.shift();
  const add = (series, name, value) => {
    const values = series.get(name) ?? new Array(history.at.length - 1).fill(null);
    values.push(value);
    while (values.length > history.at.length) values.shift();
    series.set(name, values);
  };
  for (const s of state.stages) {
    add(history.rate, s.name, s.rate);
    add(history.behind, s.name, s.watermark === null ? null : Math.max(0, (state.at - s.watermark) / 1000));
  }
};

const rate = chart($('rate'), KEEP);
const behind = chart($('behind'), KEEP);

const show = (state) => {
  last = state;
  totals($('totals'), state);
  stages($('stages'), state);
  tabs($('tables'), state, chosen, (name) => {
    chosen = name;
    show(last);
  });
  rows($('rows'), state, chosen);
  doors($('doors'), state);
  streams($('streams'), state);
};

const wire = () => {
  const source = new EventSource('live');
  source.onmessage = ({ data }) => {
    const state = JSON.parse(data);
    document.body.classList.remove('stopped');
    const up = Math.round((state.at - state.started) / 1000);
    $('status').textContent = `running for ${Math.floor(up / 60)} min ${up % 60} s`;
    remember(state);
    show(state);
    const names = state.stages.map((s) => s.name);
    rate(history.at, history.rate, names);
    behind(history.at, new Map([...history.behind].filter(([, values]) => values.some((v) => v !== null))), names);
  };
  source.onerror = () => {
    document.body.classList.add('stopped');
    $('status').textContent = 'no connection: is `millrace start` still running?';
  };
};
wire();

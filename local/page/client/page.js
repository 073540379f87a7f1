// The page's own code: takes one LiveState a second by server-sent events and draws it.
import { chart } from './chart.js';
import { aside, doors, holders, places, rows, stages, streams, tabs, totals } from './draw.js';

import { metrics } from './metrics.js';

const KEEP = 120; // seconds that the charts show
const $ = (id) => document.getElementById(id);

let chosen = null; // the destination whose rows are shown; null: all
let last = null;

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
  $('waits').hidden = state.held.length === 0;
  holders($('holders'), state);
  rows($('rows'), state, chosen);
  $('held').hidden = state.destinations.length === 0;
  places($('places'), state);
  doors($('doors'), state);
  $('kept').hidden = state.aside.length === 0;
  aside($('aside'), state);
  streams($('streams'), state);
  metrics($('metrics'), state);
};

const wire = () => {
  const source = new EventSource('live');
  source.onmessage = ({ data }) => {
    const state = JSON.parse(data);
    document.body.classList.remove('stopped');
    const up = Math.round((state.at - state.started) / 1000);
    $('status').textContent = `running for ${Math.floor(up / 60)} min ${up % 60} s`;
    show(state);
    const names = state.stages.map((s) => s.name);
    const times = state.history.at.map((at) => at / 1000);
    for (const note of document.querySelectorAll('.wait')) note.hidden = state.settled;
    $('paused').hidden = state.paused === null;
    $('paused').textContent = state.paused ?? '';
    const seen = (values) => values.some((v) => v !== null);
    rate(times, new Map(Object.entries(state.history.rate).filter(([, values]) => seen(values))), names);
    behind(times, new Map(Object.entries(state.history.behind).filter(([, values]) => seen(values))), names);
  };
  source.onerror = () => {
    document.body.classList.add('stopped');
    $('status').textContent = 'no connection: is `millrace start` still running?';
  };
};
wire();

// What the dashboard's estimate takes from the list of prices.
/** USD, us-east-1, arm64, list prices of 2026-11; `millrace cost` has the whole list with its sources. */
export const PRICES = {
  request: 0.2e-6,
  gbSecond: 0.0000133334,
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  customMetric: 0.3,
  alarm: 0.1,
  dashboard: 3,
} as const;

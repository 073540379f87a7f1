// Where an IP address is, by an .mmdb file that the user gives: city, country and ASN databases all work, each adds what it knows.
import { readFileSync } from 'node:fs';
import { type AsnResponse, type CityResponse, Reader, validate } from 'maxmind';
import type { Json } from '../event/cloud-event.ts';
import { Fault } from '../faults.ts';

export type GeoLookup = (ip: string) => Json;

/** The countries of the free databases stand in `country_code`, without names. */
type Row = Partial<CityResponse> & Partial<AsnResponse> & { readonly country_code?: string };

const read = (row: Row): Json => ({
  continent: row.continent?.code ?? null,
  country: row.country?.iso_code ?? row.country_code ?? null,
  region: row.subdivisions?.[0]?.iso_code ?? null,
  city: row.city?.names?.en ?? null,
  latitude: row.location?.latitude ?? null,
  longitude: row.location?.longitude ?? null,
  timezone: row.location?.time_zone ?? null,
  asn: row.autonomous_system_number ?? null,
  organization: row.autonomous_system_organization ?? null,
});

/** Answers null for what is no address and for addresses that the database does not hold. @param database bytes of an .mmdb file */
export const geoLookup = (database: Buffer): GeoLookup => {
  const reader = new Reader<CityResponse>(database);
  return (ip) => {
    const row = validate(ip) ? (reader.get(ip) as Row | null) : null;
    return row === null ? null : read(row);
  };
};

/**
 * The look-up over a file.
 * @param path of an .mmdb file; empty or undefined gives undefined: there is no database
 * @throws Fault setting.invalid when the file cannot be read or is no such database
 */
export const geoFile = (path: string | undefined): GeoLookup | undefined => {
  if (!path) return undefined;
  try {
    return geoLookup(readFileSync(path));
  } catch (error) {
    throw new Fault('setting.invalid', `GEO_DATABASE=${path} is no .mmdb file: ${(error as Error).message}`, error);
  }
};

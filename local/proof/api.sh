#!/usr/bin/env bash
# The former name of proof:http.
exec bash "$(dirname "$0")/http.sh"

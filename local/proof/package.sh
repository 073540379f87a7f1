#!/bin/sh
# The former name of proof:template.
exec bash "$(dirname "$0")/template.sh"
